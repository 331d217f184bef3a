import { BinaryReader, WireType } from "@bufbuild/protobuf/wire";
import { apiVersionOf, type ResourceKind } from "@qalam/api";
import { decodeMessage } from "./decode-message.ts";
import { messageFields } from "./message-fields.ts";

/** Media type of Kubernetes' protobuf, in which kubectl from 1.33 and Go clients send objects of built-in kinds. */
export const PROTOBUF = "application/vnd.kubernetes.protobuf";

/** Every body begins with these bytes, `k8s` and a zero. */
const MAGIC = Buffer.from("k8s\0");

/**
 * A body of Kubernetes' protobuf: an envelope (`runtime.Unknown` of k8s.io/apimachinery) that names a kind, and an object of the kind.
 * @param expected what it is when it does not say so
 * @returns the object as JSON says it
 * @throws Error with what is wrong with the bytes
 */
export function decodeObject(body: Uint8Array, expected?: ResourceKind): Record<string, unknown> {
  if (!MAGIC.equals(body.subarray(0, MAGIC.length)))
    throw new Error(`it does not begin with the bytes ${MAGIC.toString("hex")}`);
  const envelope = byteFields(body.subarray(MAGIC.length));
  const type = byteFields(envelope.get(1));
  const apiVersion = textOf(type.get(1)) || (expected === undefined ? "" : apiVersionOf(expected));
  const kind = textOf(type.get(2)) || (expected?.kind ?? "");
  const [encoding, content] = [textOf(envelope.get(3)), textOf(envelope.get(4))];
  if (encoding !== "" || (content !== "" && content !== PROTOBUF))
    throw new Error(`it holds ${JSON.stringify(content)} encoded as ${JSON.stringify(encoding)}, expected ${PROTOBUF}`);
  const message = messageOf(apiVersion, kind);
  if (messageFields(message) === undefined)
    throw new Error(`kind ${JSON.stringify(kind)} of ${JSON.stringify(apiVersion)} has no protobuf form`);
  return decodeMessage(envelope.get(2) ?? new Uint8Array(), message, { kind, apiVersion });
}

/** Options of a deletion are said in the group of what is deleted. */
function messageOf(apiVersion: string, kind: string): string {
  if (kind === "DeleteOptions") return "meta/v1.DeleteOptions";
  const [version = "", group = "core"] = apiVersion.split("/").reverse();
  return `${group.replace(/\.k8s\.io$/, "")}/${version}.${kind}`;
}

/** The fields of a message that hold bytes, by number. */
function byteFields(bytes: Uint8Array = new Uint8Array()): ReadonlyMap<number, Uint8Array> {
  const reader = new BinaryReader(bytes);
  const fields = new Map<number, Uint8Array>();
  while (reader.pos < reader.len) {
    const [number, wire] = reader.tag();
    if (wire === WireType.LengthDelimited) fields.set(number, reader.bytes());
    else reader.skip(wire, number);
  }
  return fields;
}

function textOf(bytes: Uint8Array = new Uint8Array()): string {
  return Buffer.from(bytes).toString();
}
