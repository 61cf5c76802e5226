import { opaqueId } from '../../base/random.ts';
import type { Duration, EpochMillis } from '../../base/time.ts';
import type { HostContext, IqRequest } from '../../core/module.ts';
import type { Files, Uploads } from '../../core/uploads.ts';
import { xml, type Element } from '../../xml/index.ts';
import type { Jid } from '../../xmpp/jid.ts';
import { NS_UPLOAD } from '../../xmpp/ns.ts';
import { formatDateTime } from '../../xmpp/payloads/date-time.ts';
import { StanzaError } from '../../xmpp/stanza-error.ts';
import { readSlot, signSlot, slotPath, type UploadSlot } from '../../xmpp/upload-slot.ts';
import { readUploadRequest } from './request.ts';

const KIND = 'upload';
const ID_BITS = 160;
/** Files of one account, however small. */
const MAX_FILES = 5000;
/** Time to begin an upload. @spec XEP-0363 §8 */
const SLOT_TIME: Duration = 300_000;

export interface SlotOptions {
  /** Bytes of the largest file. */
  readonly maxSize: number;
  /** Bytes of all files of one account. */
  readonly quota: number;
  /** Age at which files are removed; undefined for never. */
  readonly expireAfter: Duration | undefined;
  /** Media types that are taken, such as `image/*`. */
  readonly types: readonly string[];
  /** Where uploads are, as others reach it, with a slash at its end; undefined while nobody knows. */
  readonly baseUrl: () => string | undefined;
  readonly files: Files;
}

/** What an account has there, or was promised. */
interface Entry {
  readonly size: number;
  readonly until?: EpochMillis | undefined;
}

/** Gives slots, and knows how much each account has uploaded. @spec XEP-0363 §4 */
export class SlotDesk implements Uploads {
  readonly #host: HostContext;
  readonly #options: SlotOptions;
  #key: Promise<Uint8Array> | undefined;

  constructor(host: HostContext, options: SlotOptions) {
    this.#host = host;
    this.#options = options;
  }

  async give({ payload, from }: IqRequest): Promise<Element> {
    if (from.domain !== this.#host.domain || from.local === undefined) {
      throw new StanzaError('forbidden', `uploads are for accounts of ${this.#host.domain}`);
    }
    const base = this.#options.baseUrl();
    if (base === undefined) throw new StanzaError('service-unavailable', 'this server does not know its own address');
    const { random, clock } = this.#host;
    const { name, size, type, expireBefore } = readUploadRequest(payload, this.#options, clock.date());
    const until = clock.date() + SLOT_TIME;
    const expiresAt = this.#expiry(until, expireBefore);
    const slot = { id: opaqueId(random, ID_BITS), account: from.bare.toString(), name, size, type, until, expiresAt };
    await this.#reserve(slot);
    const url = `${base}${slotPath(slot)}`;
    const put = `${url}?slot=${signSlot(slot, await this.#secret())}`;
    return xml('slot', { xmlns: NS_UPLOAD }, xml('put', { url: put }), xml('get', { url }));
  }

  async find(token: string): Promise<UploadSlot | undefined> {
    const slot = readSlot(token, await this.#secret(), this.#host.clock.date());
    // The account may be gone, or may be one of another host.
    const isPromised = slot && (await this.#host.store.documents.get(slot.account, KIND, slot.id)) !== undefined;
    return isPromised && slot.account.endsWith(`@${this.#host.domain}`) ? slot : undefined;
  }

  /** An account that was removed meanwhile leaves no file behind. */
  async stored({ account, id, size, expiresAt }: UploadSlot): Promise<void> {
    const isPromised = (await this.#host.store.documents.get(account, KIND, id)) !== undefined;
    if (isPromised) await this.#write(account, id, { size, until: expiresAt });
    else await this.#options.files.remove([id]);
  }

  /** Ids of what an account has uploaded. */
  async filesOf(account: Jid): Promise<string[]> {
    return (await this.#host.store.documents.list(account.toString(), KIND)).map(({ key }) => key);
  }

  #expiry(until: EpochMillis, expireBefore: EpochMillis | undefined): EpochMillis | undefined {
    const { expireAfter } = this.#options;
    const usual = expireAfter === undefined ? undefined : until + expireAfter;
    if (expireBefore === undefined) return usual;
    return usual === undefined ? expireBefore : Math.min(usual, expireBefore);
  }

  /** @throws StanzaError when the account has uploaded too much @spec XEP-0363 §6 */
  async #reserve({ account, id, size, until }: UploadSlot): Promise<void> {
    const { documents } = this.#host.store;
    const now = this.#host.clock.date();
    let total = size;
    let next: EpochMillis | undefined;
    for (const { key, text } of await documents.list(account, KIND)) {
      const entry = JSON.parse(text) as Entry; // what `write` wrote
      if (entry.until !== undefined && entry.until <= now) await documents.remove(account, KIND, key);
      else {
        total += entry.size;
        next = Math.min(next ?? Number.POSITIVE_INFINITY, entry.until ?? Number.POSITIVE_INFINITY);
      }
    }
    if (total > this.#options.quota) throw overQuota(this.#options.quota, next);
    if (!(await this.#write(account, id, { size, until }))) throw overQuota(this.#options.quota, next);
  }

  async #write(account: string, id: string, entry: Entry): Promise<boolean> {
    const document = { key: id, text: JSON.stringify(entry) };
    return this.#host.store.documents.put(account, KIND, document, MAX_FILES);
  }

  #secret(): Promise<Uint8Array> {
    this.#key ??= this.#host.store.secret('upload');
    return this.#key;
  }
}

function overQuota(quota: number, next: EpochMillis | undefined): StanzaError {
  const text = `All your files together may have ${quota} bytes, and be ${MAX_FILES} in number.`;
  const isFinite = next !== undefined && Number.isFinite(next);
  const retry = isFinite ? { application: xml('retry', { xmlns: NS_UPLOAD, stamp: formatDateTime(next) }) } : {};
  return new StanzaError('resource-constraint', text, retry);
}
