export * from "@checkwright/checkwright";
