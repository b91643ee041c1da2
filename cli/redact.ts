// Takes passwords out of what is shown.

const withScheme = /([a-z][a-z0-9+.-]*:\/+)([^:@/?\s]*):.*@/i;
const withoutScheme = /^([^:@/?\s]*):.*@/;
/** The host was forgotten: what stands where a port would is none. */
const withoutHost = /([a-z][a-z0-9+.-]*:\/\/[^:@/?#\s]*):(?!\d{0,5}(?:[/?#\s]|$))[^@\s]*(?=\s|$)/i;
const option = /([?&](?:password|sslpassword)=)[^&#\s]*/gi;

/** A text that is or holds a URL, with its password replaced. Works on what does not parse, too, and rather takes too much than too little. */
export function redact(text: string): string {
  const first = withScheme.test(text)
    ? text.replace(withScheme, "$1$2:xxxxx@")
    : /:\/\//.test(text)
      ? text.replace(withoutHost, "$1:xxxxx")
      : text.replace(withoutScheme, "$1:xxxxx@");
  return first.replace(option, "$1xxxxx");
}
