/** The name of the systemd unit. */
const unit = "checkwright.service";

/**
 * Returns the maintainer scripts of a package, like debhelper would write them. If `DPKG_ROOT` is
 * set, the package is installed into another root folder. In this case the scripts start and stop
 * no services, and change no files of this system.
 *
 * @param user the user to create for the service; default: systemd creates a dynamic user
 * @returns the scripts by name
 */
export function debScripts(user?: string): Record<"postinst" | "prerm" | "postrm", string> {
  return {
    postinst: `#!/bin/sh
set -e
case $1 in configure | abort-upgrade | abort-deconfigure | abort-remove) ;; *) exit 0 ;; esac
${user === undefined ? "" : makeUser(user)}
if command -v deb-systemd-helper >/dev/null; then
  # Enables the service at the first installation. Later the administrator's choice is kept.
  if deb-systemd-helper --quiet was-enabled ${unit}; then
    deb-systemd-helper enable ${unit} >/dev/null || true
  else
    deb-systemd-helper update-state ${unit} >/dev/null || true
  fi
fi

if [ -z "\${DPKG_ROOT:-}" ] && [ -d /run/systemd/system ]; then
  systemctl --system daemon-reload >/dev/null || true
  # An upgrade restarts the service: the daemon gets its permissions only at its start.
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
  # The state directory. For a dynamic user, systemd keeps it in private, and a link leads to it.
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
