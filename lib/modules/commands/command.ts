import { ServiceKey } from '../../core/keys.ts';
import type { MaybePromise } from '../../core/maybe-promise.ts';
import type { Element } from '../../xml/index.ts';
import type { Jid } from '../../xmpp/jid.ts';
import type { Form } from '../../xmpp/payloads/form.ts';
import type { FormFields } from '../../xmpp/payloads/form-fields.ts';

/** Something that people can have done, with a form or several. @spec XEP-0050 §2.2 */
export interface AdHocCommand {
  /** Its name among those of one address. */
  readonly node: string;
  /** Its name for people. */
  readonly name: string;
  /** Who sees it and may run it; asked again at each stage. */
  isFor(asker: Jid): MaybePromise<boolean>;
  /** @throws StanzaError */
  begin(asker: Jid): MaybePromise<Stage>;
}

export type Stage = Asking | Outcome;

/** A form that has to be filled in before the command goes on. @spec XEP-0050 §2.4.2 */
export interface Asking {
  readonly form: Form;
  /** More forms follow. */
  readonly leadsOn?: boolean;
  /** What comes of it. The form may be filled in anew after a failure. @throws StanzaError */
  next(fields: FormFields): MaybePromise<Stage>;
}

/** The end of a command. One that failed has a note of type `error`. @spec XEP-0050 §3.6 */
export interface Outcome {
  readonly result?: Element | undefined;
  readonly notes?: readonly Note[];
}

/** @spec XEP-0050 §4.3 */
interface Note {
  readonly type: 'info' | 'warn' | 'error';
  readonly text: string;
}

/** The commands of a server. */
export interface CommandBook {
  /** @returns takes it away @throws Error when there is one of that node */
  add(command: AdHocCommand): () => void;
}

/** Where other modules add commands. */
export const COMMANDS = new ServiceKey<CommandBook>('commands');
