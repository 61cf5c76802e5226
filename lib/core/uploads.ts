import type { EpochMillis } from '../base/time.ts';
import type { UploadSlot } from '../xmpp/upload-slot.ts';
import { ServiceKey } from './keys.ts';

/** Where uploaded files are kept, as far as the core cares. */
export interface Files {
  /** Removes files; those that are not there are removed already. */
  remove(ids: readonly string[]): Promise<void>;
  /** Removes what has expired, and what never arrived completely. */
  sweep(now: EpochMillis): Promise<void>;
}

/** For what takes the files: which uploads a host has promised. */
export interface Uploads {
  /** The slot behind what a client shows; undefined when this host did not give it, or its time is over. */
  find(token: string): Promise<UploadSlot | undefined>;
  /** The file is there. */
  stored(slot: UploadSlot): Promise<void>;
}

export const UPLOADS = new ServiceKey<Uploads>('uploads');
