import type { Config } from '../config/schema.ts';
import type { Clock } from '../base/clock.ts';
import type { Hosts } from '../core/hosts.ts';
import { UPLOADS, type Uploads } from '../core/uploads.ts';
import type { Cors } from '../http/cors.ts';
import { UPLOAD_PATH, type UploadRouteOptions } from '../http/routes/upload.ts';
import type { SlotOptions } from '../modules/upload/slot-desk.ts';
import { DiskFiles } from '../storage/files/disk-files.ts';
import type { UploadSlot } from '../xmpp/upload-slot.ts';

/** What a host is told of uploads; undefined where there are none. @param publicUrl undefined while nobody knows */
export function slotOptions({ upload }: Config, publicUrl: () => string | undefined): SlotOptions | undefined {
  if (!upload.enabled) return undefined;
  return {
    maxSize: upload.max_size,
    quota: upload.quota,
    expireAfter: upload.expire_after || undefined,
    types: upload.types,
    files: new DiskFiles(upload.folder),
    baseUrl: () => {
      const url = publicUrl();
      return url === undefined ? undefined : `${url}${UPLOAD_PATH}`;
    },
  };
}

/** The HTTP side: brings files to the hosts that promised to take them. */
export function uploadRoute(
  { upload }: Config,
  { hosts, clock, cors }: { readonly hosts: Hosts; readonly clock: Clock; readonly cors: Cors },
): UploadRouteOptions | undefined {
  if (!upload.enabled) return undefined;
  const files = new DiskFiles(upload.folder);
  const all = (): Uploads[] => [...hosts.all()].flatMap((host) => host.services.find(UPLOADS) ?? []);
  return {
    cors,
    now: () => clock.date(),
    findSlot: async (token) => {
      for (const uploads of all()) {
        const slot = await uploads.find(token);
        if (slot) return slot;
      }
      return undefined;
    },
    receive: async (slot, content) => {
      const { id, name, size, type, expiresAt } = slot;
      const outcome = await files.receive(id, { name, size, type, expiresAt }, content);
      if (outcome === 'stored') await hostOf(slot, hosts)?.stored(slot);
      return outcome;
    },
    findFile: (id) => files.find(id),
  };
}

function hostOf({ account }: UploadSlot, hosts: Hosts): Uploads | undefined {
  return hosts.find(account.slice(account.indexOf('@') + 1))?.services.find(UPLOADS);
}
