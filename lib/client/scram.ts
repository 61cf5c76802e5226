/** Mechanisms of this library, the best first. */
export const SCRAM = { 'SCRAM-SHA-256': 'SHA-256', 'SCRAM-SHA-512': 'SHA-512', 'SCRAM-SHA-1': 'SHA-1' } as const;
export type ScramName = keyof typeof SCRAM;

/** Rounds that a server may ask for: fewer tell the password, more only keep the client busy. */
const ROUNDS = { least: 4096, most: 10_000_000 };
const NONCE_BYTES = 18;
/** Without channel binding: browsers tell nobody about their TLS. */
const GS2_HEADER = 'n,,';

/** One SCRAM exchange, on the crypto of the platform. @spec RFC 5802 §3 */
export class Scram {
  readonly #hash: (typeof SCRAM)[ScramName];
  readonly #password: string;
  readonly #nonce = toBase64(crypto.getRandomValues(new Uint8Array(NONCE_BYTES)));
  readonly #bare: string;
  #proof: Uint8Array | undefined;

  constructor(mechanism: ScramName, username: string, password: string) {
    this.#hash = SCRAM[mechanism];
    this.#password = password.normalize('NFKC');
    const name = username.normalize('NFKC').replaceAll('=', '=3D').replaceAll(',', '=2C');
    this.#bare = `n=${name},r=${this.#nonce}`;
  }

  get first(): string {
    return encode(GS2_HEADER + this.#bare);
  }

  /** The answer to the challenge. @throws Error when that is no good */
  async answer(challenge: string): Promise<string> {
    const text = decode(challenge);
    const { r: nonce = '', s: salt = '', i = '' } = fieldsOf(text);
    const rounds = Number(i);
    if (!nonce.startsWith(this.#nonce) || nonce === this.#nonce) throw new Error('the challenge is not for us');
    if (!(rounds >= ROUNDS.least && rounds <= ROUNDS.most)) throw new Error(`${i} rounds are no good`);
    const final = `c=${encode(GS2_HEADER)},r=${nonce}`;
    const message = `${this.#bare},${text},${final}`;
    const salted = await this.#salted(bytesOf(atob(salt)), rounds);
    const clientKey = await this.#hmac(salted, 'Client Key');
    const stored = new Uint8Array(await crypto.subtle.digest(this.#hash, clientKey));
    const signature = await this.#hmac(stored, message);
    this.#proof = await this.#hmac(await this.#hmac(salted, 'Server Key'), message);
    const proof = clientKey.map((byte, index) => byte ^ (signature[index] ?? 0));
    return encode(`${final},p=${toBase64(proof)}`);
  }

  /** Whether the server knows the password, too. @spec RFC 5802 §5 */
  isGenuine(success: string): boolean {
    return this.#proof !== undefined && fieldsOf(decode(success))['v'] === toBase64(this.#proof);
  }

  async #salted(salt: Uint8Array<ArrayBuffer>, iterations: number): Promise<Uint8Array<ArrayBuffer>> {
    const key = await crypto.subtle.importKey('raw', utf8(this.#password), 'PBKDF2', false, ['deriveBits']);
    const length = { 'SHA-1': 160, 'SHA-256': 256, 'SHA-512': 512 }[this.#hash];
    const bits = await crypto.subtle.deriveBits({ name: 'PBKDF2', hash: this.#hash, salt, iterations }, key, length);
    return new Uint8Array(bits);
  }

  async #hmac(secret: Uint8Array<ArrayBuffer>, text: string): Promise<Uint8Array<ArrayBuffer>> {
    const algorithm = { name: 'HMAC', hash: this.#hash };
    const key = await crypto.subtle.importKey('raw', secret, algorithm, false, ['sign']);
    return new Uint8Array(await crypto.subtle.sign('HMAC', key, utf8(text)));
  }
}

/** SASL text as it is on the wire. */
export function encode(text: string): string {
  return toBase64(utf8(text));
}

function decode(base64: string): string {
  return new TextDecoder().decode(bytesOf(atob(base64)));
}

function fieldsOf(text: string): Record<string, string> {
  return Object.fromEntries(text.split(',').map((field) => [field[0] ?? '', field.slice(2)]));
}

function utf8(text: string): Uint8Array<ArrayBuffer> {
  return new Uint8Array(new TextEncoder().encode(text));
}

function bytesOf(binary: string): Uint8Array<ArrayBuffer> {
  return Uint8Array.from(binary, (character) => character.charCodeAt(0));
}

function toBase64(bytes: Uint8Array): string {
  return btoa(String.fromCharCode(...bytes));
}
