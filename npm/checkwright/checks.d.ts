export * from "@checkwright/checkwright/checks";
