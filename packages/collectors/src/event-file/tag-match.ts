/**
 * The wanted metrics that a tag in a folder stands for. A metric's name is the tag itself, whatever the folder, or the end of the folder's path, a slash and the tag
 * (`train/loss`: the tag `loss` in a folder `train`). Both are compared whole: `acc` is not `accuracy` (Katib behaviour 5.8 compares beginnings).
 * @param folder path with slashes
 */
export function metricsOfTag(tag: string, folder: string, metrics: readonly string[]): string[] {
  const path = `/${folder}`;
  return metrics.filter(
    (metric) => metric === tag || (metric.endsWith(`/${tag}`) && path.endsWith(`/${metric.slice(0, -tag.length - 1)}`)),
  );
}
