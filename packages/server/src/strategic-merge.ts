/** Lists of built-in kinds that merge by a key of their items (Kubernetes' patchMergeKey). */
const mergeKeys: Readonly<Record<string, string>> = {
  containers: "name",
  initContainers: "name",
  ephemeralContainers: "name",
  env: "name",
  volumes: "name",
  volumeMounts: "mountPath",
  ports: "containerPort",
  conditions: "type",
  ownerReferences: "uid",
  hostAliases: "ip",
  imagePullSecrets: "name",
  tolerations: "key",
};
/** Lists of plain values that merge as sets. */
const mergedSets = new Set(["finalizers"]);

/** Applies a strategic merge patch, as Kubernetes does for built-in kinds: objects merge, known lists merge by key, `$patch` and null remove. @returns a new value */
export function strategicMerge(target: unknown, patch: unknown, field = ""): unknown {
  if (Array.isArray(patch)) return mergeList(Array.isArray(target) ? target : [], patch, field);
  if (!isObject(patch)) return patch;
  if (patch.$patch === "replace") return without(patch, "$patch");
  const result: Record<string, unknown> = isObject(target) ? { ...target } : {};
  for (const [key, value] of Object.entries(patch)) {
    if (key === "$patch" || key === "$retainKeys" || key.startsWith("$setElementOrder/")) continue;
    if (key.startsWith("$deleteFromPrimitiveList/")) {
      const list = key.slice("$deleteFromPrimitiveList/".length);
      result[list] = (Array.isArray(result[list]) ? result[list] : []).filter(
        (item) => !(value as unknown[]).includes(item),
      );
    } else if (value === null || (isObject(value) && value.$patch === "delete")) delete result[key];
    else
      Object.defineProperty(result, key, {
        value: strategicMerge(result[key], value, key),
        enumerable: true,
        writable: true,
        configurable: true,
      });
  }
  return result;
}

function mergeList(target: readonly unknown[], patch: readonly unknown[], field: string): unknown[] {
  if (mergedSets.has(field)) return [...new Set([...target, ...patch])];
  const key = mergeKeys[field];
  if (key === undefined || !patch.every(isObject)) return [...patch];
  if (patch.some((item) => isObject(item) && item.$patch === "replace"))
    return patch.filter((item) => isObject(item) && item.$patch !== "replace");
  const items = target.filter(isObject);
  for (const item of patch.filter(isObject)) {
    const position = items.findIndex((one) => one[key] === item[key]);
    if (item.$patch === "delete") {
      if (position >= 0) items.splice(position, 1);
    } else if (position >= 0) items[position] = strategicMerge(items[position], item) as Record<string, unknown>;
    else items.push(item);
  }
  return items;
}

function without(object: Record<string, unknown>, key: string): Record<string, unknown> {
  return Object.fromEntries(Object.entries(object).filter(([name]) => name !== key));
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
