const texts = new WeakMap<object, string>();

/**
 * JSON of an object that was read with `shared`. It is written once for as long as the store holds the object, so that a thousand watchers
 * of a change, or a list that is read again and again, cost one serialisation.
 */
export function sharedJsonText(object: object): string {
  let text = texts.get(object);
  if (text === undefined) {
    text = JSON.stringify(object);
    texts.set(object, text);
  }
  return text;
}
