import { createHash, createHmac, pbkdf2Sync } from 'node:crypto';

export interface ScramClientOptions {
  /** As `node:crypto` calls it. */
  readonly hash: 'sha1' | 'sha256' | 'sha512';
  readonly name: string;
  readonly password: string;
  readonly nonce: string;
  /** The flag of the GS2 header: `n`, `y`, or `p=` and a type. */
  readonly flag: string;
  /** What the client knows of the channel. */
  readonly channel?: Uint8Array;
}

/** The client's side of SCRAM, honest or not. @spec RFC 5802 §3 */
export class ScramClient {
  readonly #options: ScramClientOptions;
  readonly #bare: string;

  constructor(options: ScramClientOptions) {
    this.#options = options;
    this.#bare = `n=${options.name},r=${options.nonce}`;
  }

  get first(): string {
    return `${this.#options.flag},,${this.#bare}`;
  }

  /** The answer to the challenge. @param extensions between nonce and proof, such as `,x=1` */
  final(challenge: string, extensions = ''): string {
    const { hash, password, flag, channel = new Uint8Array() } = this.#options;
    const [, nonce = '', salt = '', iterations = ''] = /^r=([^,]*),s=([^,]*),i=(\d+)/.exec(challenge) ?? [];
    const binding = Buffer.concat([Buffer.from(`${flag},,`), channel]).toString('base64');
    const withoutProof = `c=${binding},r=${nonce}${extensions}`;
    const bytes = createHash(hash).digest().length;
    const salted = pbkdf2Sync(password, Buffer.from(salt, 'base64'), Number(iterations), bytes, hash);
    const key = createHmac(hash, salted).update('Client Key').digest();
    const stored = createHash(hash).update(key).digest();
    const signature = createHmac(hash, stored).update(`${this.#bare},${challenge},${withoutProof}`).digest();
    const proof = Buffer.from(key.map((byte, index) => byte ^ (signature[index] ?? 0)));
    return `${withoutProof},p=${proof.toString('base64')}`;
  }
}
