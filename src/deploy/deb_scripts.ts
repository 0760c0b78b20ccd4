/** The service, wherever it is named. */
const unit = "checkwright.service";

/**
 * The maintainer scripts of a package, as debhelper would write them. Where `DPKG_ROOT` is set the
 * package is put into another root: nothing there runs, and nothing here may be touched.
 *
 * @param user the user to make for the service; left out where systemd makes one up at each start
 * @returns the scripts by name
 */
export function debScripts(user?: string): Record<"postinst" | "prerm" | "postrm", string> {
  return {
    postinst: `#!/bin/sh
set -e
case $1 in configure | abort-upgrade | abort-deconfigure | abort-remove) ;; *) exit 0 ;; esac
${user === undefined ? "" : makeUser(user)}
if command -v deb-systemd-helper >/dev/null; then
  # The first time it is enabled; later it stays as the administrator has left it.
  if deb-systemd-helper --quiet was-enabled ${unit}; then
    deb-systemd-helper enable ${unit} >/dev/null || true
  else
    deb-systemd-helper update-state ${unit} >/dev/null || true
  fi
fi

if [ -z "\${DPKG_ROOT:-}" ] && [ -d /run/systemd/system ]; then
  systemctl --system daemon-reload >/dev/null || true
  # What is upgraded is restarted: permissions are granted at the start.
  deb-systemd-invoke "$([ -n "\${2:-}" ] && echo restart || echo start)" ${unit} >/dev/null || true
fi
`,
    prerm: `#!/bin/sh
set -e
if [ "$1" = remove ] && [ -z "\${DPKG_ROOT:-}" ] && [ -d /run/systemd/system ]; then
  deb-systemd-invoke stop ${unit} >/dev/null || true
fi
`,
    postrm: `#!/bin/sh
set -e
if [ "$1" = purge ]; then
  ! command -v deb-systemd-helper >/dev/null || deb-systemd-helper purge ${unit} >/dev/null || true
  # The state: systemd keeps it in private, with a link to it, where it makes up the user.
  rm -rf "\${DPKG_ROOT:-}/etc/checkwright" "\${DPKG_ROOT:-}/var/lib/checkwright" \\
    "\${DPKG_ROOT:-}/var/lib/private/checkwright"
fi
if [ -z "\${DPKG_ROOT:-}" ] && [ -d /run/systemd/system ]; then
  systemctl --system daemon-reload >/dev/null || true
fi
`,
  };
}

function makeUser(user: string): string {
  return `
if command -v systemd-sysusers >/dev/null; then
  systemd-sysusers \${DPKG_ROOT:+--root="$DPKG_ROOT"} ${user}.conf
fi
`;
}
