import { setTimeout as pause } from 'node:timers/promises';
import { poisson } from '../arrivals.ts';
import { Chance } from '../chance.ts';
import { GUESTS } from '../server-config.ts';
import type { Stage } from '../stage.ts';
import { idealFigures, measureTraffic, stageOptions, warmUpOf } from './traffic.ts';
import type { Workload } from './workload.ts';

const MUC = 'http://jabber.org/protocol/muc';
const POLL_MS = 20;
const ENTER_MS = 30_000;

/** One message to many. */
export const W9: Workload = {
  id: 'W9',
  title: 'a room',
  about: 'Somebody talks in a room with many clients: the cost of each delivered message.',
  size: { sessions: 200, seconds: 20, rate: 5 },
  quick: { sessions: 60, seconds: 2, rate: 5 },
  parameters: ({ rate }) => ({ 'messages per second': rate }),
  run(trial) {
    const { size, seed } = trial;
    // Not everybody of the transport before has left: some sessions end by silence only.
    const room = `${trial.transport}-${Date.now()}@rooms.${GUESTS}`;
    const duration = size.seconds * 1000;
    return measureTraffic(stageOptions(trial), {
      arrivals: poisson(1, size.rate, warmUpOf(duration) + duration, new Chance(seed)),
      duration,
      prepare: (stage) => fillRoom(stage, room),
      act: (stage) => {
        const body = stage.auditor.broadcast(size.sessions, performance.now());
        stage.sender.send([
          `<message xmlns='jabber:client' type='groupchat' to='${room}'><body>${body}</body></message>`,
        ]);
      },
    });
  },
  // Clients of a room are as clients that get messages one by one.
  theory: idealFigures,
};

async function fillRoom(stage: Stage, room: string): Promise<void> {
  stage.isBroadcast = true;
  let inside = 0;
  stage.onText = (text) => (inside += text.split("code='110'").length + text.split('code="110"').length - 2);
  const enter = (nick: string): string =>
    `<presence xmlns='jabber:client' to='${room}/${nick}'><x xmlns='${MUC}'><history maxstanzas='0'/></x></presence>`;
  stage.sender.send([enter('speaker'), unlock(room)]);
  await until(stage, () => inside > 0);
  for (const [index, session] of stage.sessions.entries()) session.send([enter(`listener-${index}`)]);
  await until(stage, () => inside > stage.sessions.length);
  stage.onText = () => {};
}

/** An instant room. @spec XEP-0045 §10.1.2 */
function unlock(room: string): string {
  return (
    `<iq xmlns='jabber:client' type='set' id='unlock' to='${room}'><query xmlns='${MUC}#owner'>` +
    `<x xmlns='jabber:x:data' type='submit'/></query></iq>`
  );
}

async function until(stage: Stage, isSo: () => boolean): Promise<void> {
  const end = performance.now() + ENTER_MS;
  while (!isSo()) {
    if (performance.now() > end) throw new Error(['the room did not fill', ...stage.faults].join('; '));
    await pause(POLL_MS);
  }
}
