import { createHash, createHmac, pbkdf2Sync, randomBytes } from 'node:crypto';

/** Who logs in: an account, or nobody in particular. */
export type Credentials =
  { readonly is: 'anonymous' } | { readonly is: 'account'; readonly name: string; readonly password: string };

/** One SASL exchange from the client's side. */
export interface SaslClient {
  readonly mechanism: string;
  readonly initial: string;
  /** The answer to a challenge. @throws Error when the server does not prove itself */
  respond(challenge: string): string;
}

const HASHES: Readonly<Record<string, string>> = {
  'SCRAM-SHA-256': 'sha256',
  'SCRAM-SHA-512': 'sha512',
  'SCRAM-SHA-1': 'sha1',
};

/** The best mechanism that both sides have; undefined when there is none. */
export function saslClient(offered: readonly string[], credentials: Credentials): SaslClient | undefined {
  if (credentials.is === 'anonymous') return offered.includes('ANONYMOUS') ? anonymous() : undefined;
  const scram = Object.keys(HASHES).find((mechanism) => offered.includes(mechanism));
  if (scram) return new Scram(scram, credentials.name, credentials.password);
  return offered.includes('PLAIN') ? plain(credentials.name, credentials.password) : undefined;
}

function anonymous(): SaslClient {
  return { mechanism: 'ANONYMOUS', initial: '', respond: () => '' };
}

function plain(name: string, password: string): SaslClient {
  return { mechanism: 'PLAIN', initial: `\0${name}\0${password}`, respond: () => '' };
}

/** @spec RFC 5802 §3 */
class Scram implements SaslClient {
  readonly mechanism: string;
  readonly initial: string;
  readonly #hash: string;
  readonly #password: string;
  readonly #first: string;
  readonly #nonce = randomBytes(18).toString('base64');

  constructor(mechanism: string, name: string, password: string) {
    this.mechanism = mechanism;
    this.#hash = HASHES[mechanism] ?? 'sha256';
    this.#password = password;
    this.#first = `n=${name.replaceAll('=', '=3D').replaceAll(',', '=2C')},r=${this.#nonce}`;
    this.initial = `n,,${this.#first}`;
  }

  respond(challenge: string): string {
    const fields = new Map(challenge.split(',').map((field) => [field.slice(0, 1), field.slice(2)]));
    const nonce = fields.get('r') ?? '';
    const salt = Buffer.from(fields.get('s') ?? '', 'base64');
    const iterations = Number(fields.get('i') ?? '0');
    if (!nonce.startsWith(this.#nonce) || salt.length === 0 || iterations < 1) throw new Error('no SCRAM challenge');
    const bare = `c=biws,r=${nonce}`;
    const length = createHash(this.#hash).digest().length;
    const salted = pbkdf2Sync(this.#password.normalize('NFKC'), salt, iterations, length, this.#hash);
    const clientKey = this.#hmac(salted, 'Client Key');
    const storedKey = createHash(this.#hash).update(clientKey).digest();
    const signature = this.#hmac(storedKey, `${this.#first},${challenge},${bare}`);
    const proof = Buffer.from(clientKey.map((byte, index) => byte ^ (signature[index] ?? 0)));
    return `${bare},p=${proof.toString('base64')}`;
  }

  #hmac(key: Buffer, text: string): Buffer {
    return createHmac(this.#hash, key).update(text).digest();
  }
}
