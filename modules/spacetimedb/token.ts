// What a token of SpacetimeDB says of whom it belongs to. A token is a JSON Web Token (RFC 7519); whether it is genuine is for the server to say.

const alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

/** The identity of a token, 64 hexadecimal digits in lower case; undefined: it does not say. */
export function identityOf(token: string): string | undefined {
  const claims = token.split(".")[1];
  if (claims === undefined) return undefined;
  try {
    const { hex_identity: identity } = JSON.parse(textOf(claims)) as { hex_identity?: unknown };
    return typeof identity === "string" ? identity.toLowerCase() : undefined;
  } catch {
    return undefined;
  }
}

/** Text in base64url (RFC 4648, section 5). By hand: neither k6 nor Node has a function that the other has too. */
function textOf(encoded: string): string {
  let bits = 0;
  let held = 0;
  let text = "";
  for (const character of encoded) {
    const value = alphabet.indexOf(character);
    if (value < 0) break;
    held = ((held << 6) | value) & 0xffff;
    bits += 6;
    if (bits < 8) continue;
    bits -= 8;
    text += String.fromCharCode((held >> bits) & 0xff);
  }
  return text;
}
