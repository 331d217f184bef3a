/** Expands `$(NAME)` as Kubernetes does: unknown names stay, `$$` is one dollar sign. */
export function expandVariables(text: string, environment: Readonly<Record<string, string>>): string {
  return text.replace(/\$(\$|\(([^()\s]+)\))/g, (whole, inner: string, name: string | undefined) => {
    if (inner === "$") return "$";
    return name !== undefined && Object.hasOwn(environment, name) ? (environment[name] ?? whole) : whole;
  });
}
