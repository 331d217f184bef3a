/** The key of a trial label that an algorithm needs later, in the form that Katib's PBT uses. */
export function algorithmLabel(algorithm: string, key: string): string {
  return `${algorithm}.suggestion.katib.kubeflow.org/${key}`;
}
