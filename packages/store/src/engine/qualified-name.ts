const labelValue = /^(?:[A-Za-z0-9](?:[-A-Za-z0-9_.]{0,61}[A-Za-z0-9])?)?$/;
const namePart = /^[A-Za-z0-9](?:[-A-Za-z0-9_.]{0,61}[A-Za-z0-9])?$/;
const dnsSubdomain = /^[a-z0-9](?:[-a-z0-9]*[a-z0-9])?(?:\.[a-z0-9](?:[-a-z0-9]*[a-z0-9])?)*$/;
const dnsLabel = /^[a-z0-9](?:[-a-z0-9]*[a-z0-9])?$/;
const dns1035Label = /^[a-z](?:[-a-z0-9]*[a-z0-9])?$/;

/** At most 253 of `a-z0-9-.`, each part beginning and ending with a letter or digit (RFC 1123). */
export function isDnsSubdomain(text: string): boolean {
  return text.length <= 253 && dnsSubdomain.test(text);
}

/** At most 63 of `a-z0-9-`, beginning and ending with a letter or digit (RFC 1123). */
export function isDnsLabel(text: string): boolean {
  return text.length <= 63 && dnsLabel.test(text);
}

/** As `isDnsLabel`, and beginning with a letter (RFC 1035). */
export function isDns1035Label(text: string): boolean {
  return text.length <= 63 && dns1035Label.test(text);
}

/** Key of a label or annotation and name of a finalizer: `[prefix/]name`, the prefix a DNS subdomain, the name at most 63 long. */
export function isQualifiedName(text: string): boolean {
  const slash = text.indexOf("/");
  if (slash < 0) return namePart.test(text);
  return isDnsSubdomain(text.slice(0, slash)) && namePart.test(text.slice(slash + 1));
}

/** At most 63 of letters, digits and `-_.`, beginning and ending with a letter or digit; or empty. */
export function isLabelValue(text: string): boolean {
  return labelValue.test(text);
}
