import { KUBERNETES_MESSAGES } from "./generated/kubernetes-messages.ts";

/** One field of a protobuf message and what it is in JSON. */
export interface MessageField {
  /** Name in JSON; none for a message whose fields are the outer one's in JSON. */
  readonly name: string | undefined;
  /** A scalar, a form of `scalar-values.ts`, or the name of a message. */
  readonly type: string;
  readonly shape: "one" | "list" | "map";
  /** When it is there, zero is a value; otherwise zero means that it was not set. */
  readonly keepsZero: boolean;
}

const parsed = new Map<string, ReadonlyMap<number, MessageField>>();

/** The fields of one of Kubernetes' messages by number, undefined for a message that is not known. @param message `core/v1.Pod` */
export function messageFields(message: string): ReadonlyMap<number, MessageField> | undefined {
  const text = Object.hasOwn(KUBERNETES_MESSAGES, message) ? KUBERNETES_MESSAGES[message] : undefined;
  if (text === undefined) return undefined;
  const known = parsed.get(message);
  if (known !== undefined) return known;
  const fields = new Map(text === "" ? [] : text.split("|").map(parseField));
  parsed.set(message, fields);
  return fields;
}

function parseField(text: string): [number, MessageField] {
  const [, number = "", presence = "", name, shape, type = ""] =
    /^(\d+)([.?!]?) (?:(\w+) )?(\[\]|\{\})?(\S+)$/.exec(text) ?? [];
  const isInline = presence === ".";
  return [
    Number(number),
    {
      name: isInline ? undefined : name,
      type,
      shape: shape === "[]" ? "list" : shape === "{}" ? "map" : "one",
      keepsZero: presence !== "",
    },
  ];
}
