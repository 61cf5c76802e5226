import type { Host } from '../core/host.ts';
import administration, { type AdministrationOptions } from './administration/index.ts';
import archive, { type ArchiveOptions } from './archive/index.ts';
import avatars from './avatars/index.ts';
import bookmarks from './bookmarks/index.ts';
import blocking from './blocking/index.ts';
import caps from './caps/index.ts';
import carbons from './carbons/index.ts';
import commands from './commands/index.ts';
import contact from './contact/index.ts';
import csi from './csi/index.ts';
import disco from './disco/index.ts';
import externalComponents, { type ExternalComponents } from './external-components/index.ts';
import externalServices, { type ExternalService } from './external-services/index.ts';
import invitations, { type InvitationOptions } from './invitations/index.ts';
import lastActivity from './last-activity/index.ts';
import muc, { type RoomOptions } from './muc/index.ts';
import offline from './offline/index.ts';
import pep from './pep/index.ts';
import ping from './ping/index.ts';
import presence from './presence/index.ts';
import privateXml from './private-xml/index.ts';
import type { PubsubLimits } from './pubsub/service.ts';
import registration, { type RegistrationOptions } from './registration/index.ts';
import push from './push/index.ts';
import roster from './roster/index.ts';
import stanzaIds from './stanza-ids/index.ts';
import subscriptions from './subscriptions/index.ts';
import time from './time/index.ts';
import upload from './upload/index.ts';
import type { SlotOptions } from './upload/slot-desk.ts';
import vcard from './vcard/index.ts';
import version from './version/index.ts';

export interface ModuleSettings {
  readonly software: { readonly name: string; readonly version: string };
  readonly administration: AdministrationOptions;
  readonly maxRosterItems: number;
  readonly maxOfflineMessages: number;
  /** Undefined for no archives. */
  readonly archive: ArchiveOptions | undefined;
  readonly pubsub: PubsubLimits;
  readonly externalServices: readonly ExternalService[];
  readonly components: ExternalComponents['components'];
  /** Undefined for no rooms. */
  readonly rooms: RoomOptions | undefined;
  readonly registration: RegistrationOptions;
  readonly invitations: InvitationOptions;
  /** Undefined for no uploads. */
  readonly upload: SlotOptions | undefined;
}

/** Adds every module to a host. */
export function installModules(host: Pick<Host, 'use'>, settings: ModuleSettings): void {
  host.use(disco);
  host.use(caps);
  host.use(commands);
  host.use(contact);
  host.use(ping);
  host.use(time);
  host.use(version, settings.software);
  host.use(lastActivity);
  host.use(externalServices, { services: settings.externalServices });
  host.use(externalComponents, { components: settings.components });
  host.use(roster, { maxItems: settings.maxRosterItems });
  host.use(subscriptions);
  host.use(registration, settings.registration);
  host.use(invitations, settings.invitations);
  host.use(offline, { maxMessages: settings.maxOfflineMessages });
  host.use(presence);
  host.use(administration, settings.administration);
  host.use(pep, settings.pubsub);
  host.use(avatars);
  host.use(vcard, { maxBytes: settings.pubsub.itemBytes });
  host.use(bookmarks);
  host.use(privateXml, { maxBytes: settings.pubsub.itemBytes, maxElements: settings.pubsub.nodes });
  host.use(blocking);
  host.use(csi);
  host.use(push);
  host.use(stanzaIds);
  host.use(carbons);
  if (settings.upload) host.use(upload, settings.upload);
  if (settings.archive) host.use(archive, settings.archive);
  if (settings.rooms) host.use(muc, settings.rooms);
}
