const REMEMBERED = 512;
const texts = new Map<object, string>();

/**
 * JSON of an object that was read with `shared`. The newest texts are remembered by identity, so that a thousand watchers of one change cost
 * one serialisation.
 */
export function sharedJsonText(object: object): string {
  let text = texts.get(object);
  if (text === undefined) {
    text = JSON.stringify(object);
    texts.set(object, text);
    if (texts.size > REMEMBERED) texts.delete(texts.keys().next().value!);
  }
  return text;
}
