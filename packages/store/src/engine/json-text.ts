const REMEMBERED = 512;
const REMEMBERED_LENGTH = 8 * 1024 * 1024;
const texts = new Map<object, string>();
let length = 0;

/**
 * JSON of an object that was read with `shared`. The newest texts are remembered by identity, so that a thousand watchers of one change cost
 * one serialisation.
 */
export function sharedJsonText(object: object): string {
  let text = texts.get(object);
  if (text === undefined) {
    text = JSON.stringify(object);
    texts.set(object, text);
    length += text.length;
    forgetOldest();
  }
  return text;
}

function forgetOldest(): void {
  for (const [object, text] of texts) {
    if (texts.size <= REMEMBERED && length <= REMEMBERED_LENGTH) return;
    length -= text.length;
    texts.delete(object);
  }
}
