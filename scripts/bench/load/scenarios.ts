import { setTimeout as pause } from 'node:timers/promises';
import type { Case, Figures } from '../figures.ts';
import type { Plan, Work } from '../plan.ts';
import { quantile } from '../statistics.ts';
import { Crowd } from './crowd.ts';
import { DeliveryLog } from './delivery-log.ts';
import { loopDelay } from './loop-delay.ts';
import { MeasuredProcess } from './measured-process.ts';
import { enter, roomTalk } from './room.ts';
import { shares, Stopwatch } from './stopwatch.ts';
import { flood, pingPong, type Traffic } from './traffic.ts';

/** What a case says of its transport. */
const CARRIERS: Readonly<Record<Plan['transport'], string>> = {
  bosh: '',
  websocket: ' over WebSocket',
  tcp: ' over TCP',
  sse: ' over Server-Sent Events',
  stream: ' over HTTP streaming',
  'long-poll': ' over long-polling',
  poll: ' over polling',
  'xep-0025': ' over XEP-0025',
};
/** Logins under way at a time where the logins are not what is measured. */
const AT_ONCE = 20;

type WorkOf<S extends Work['scenario']> = Extract<Work, { scenario: S }>;

/** One server under one load. */
interface Stage {
  readonly plan: Plan;
  readonly crowd: Crowd;
  readonly log: DeliveryLog;
  readonly server: MeasuredProcess;
}

/** Does what the plan says. That a server lets nobody in is a result, too. */
export async function play(plan: Plan): Promise<readonly Case[]> {
  const log = new DeliveryLog();
  const stage: Stage = { plan, log, crowd: new Crowd(plan, log), server: new MeasuredProcess(plan.pid) };
  try {
    return await casesOf(stage);
  } catch (error) {
    if (log.faults.length === 0) throw error;
    return [{ name: plan.work.scenario, figures: {}, faults: log.faults }];
  } finally {
    stage.crowd.close();
  }
}

function casesOf(stage: Stage): Promise<readonly Case[]> {
  const { work } = stage.plan;
  switch (work.scenario) {
    case 'login':
      return loginStorm(stage, work);
    case 'ping-pong':
      return playPingPong(stage, work);
    case 'flood':
      return playFlood(stage, work);
    case 'idle':
      return playIdle(stage, work);
    case 'rooms':
      return playRooms(stage, work);
  }
}

async function loginStorm({ crowd, server, log }: Stage, work: WorkOf<'login'>): Promise<readonly Case[]> {
  await crowd.grow(work.warmUp, work.atOnce);
  crowd.logins.length = 0;
  const watch = new Stopwatch(server);
  await crowd.grow(work.warmUp + work.sessions, work.atOnce);
  const lap = watch.lap();
  const figures = {
    loginCpu: lap.serverCpu / work.sessions,
    loginRate: (work.sessions * 1000) / lap.elapsed,
    latency50: quantile(crowd.logins, 0.5),
    latency99: quantile(crowd.logins, 0.99),
    ...shares(lap),
  };
  return [{ name: `login: ${work.sessions} sessions, ${work.atOnce} at once`, figures, faults: log.faults }];
}

async function playPingPong(stage: Stage, work: WorkOf<'ping-pong'>): Promise<readonly Case[]> {
  await stage.crowd.grow(work.pairs * 2, AT_ONCE);
  const figures = await measure(stage, pingPong(stage.crowd.clients, stage.log), work);
  const name = `ping-pong${CARRIERS[stage.plan.transport]}: ${work.pairs} ${work.pairs === 1 ? 'pair' : 'pairs'}`;
  return [{ name, figures, faults: stage.log.faults }];
}

async function playFlood(stage: Stage, work: WorkOf<'flood'>): Promise<readonly Case[]> {
  await stage.crowd.grow(work.pairs * 2, AT_ONCE);
  const figures = await measure(stage, flood(stage.crowd.clients, work.batch, stage.log), work);
  return [{ name: `flood: ${work.pairs} pairs, ${work.batch} messages a request`, figures, faults: stage.log.faults }];
}

/** Latency is that of all copies; a message counts once for each who hears it. */
async function playRooms(stage: Stage, work: WorkOf<'rooms'>): Promise<readonly Case[]> {
  const { crowd, log, plan } = stage;
  const room = `bench@${plan.rooms}`;
  await crowd.grow(work.occupants, AT_ONCE);
  await crowd.calm();
  await enter(crowd.clients, room);
  const figures = await measure(stage, roomTalk(crowd.clients, room, log), work);
  return [{ name: `a room: ${work.occupants} occupants`, figures, faults: log.faults }];
}

/** Memory is read when everything has been through the same, so that what a server keeps for later is in each reading. */
async function playIdle(stage: Stage, work: WorkOf<'idle'>): Promise<readonly Case[]> {
  const { crowd, log, server } = stage;
  const cases: Case[] = [];
  let before: { readonly size: number; readonly memory: number } | undefined;
  for (const size of work.sizes) {
    await crowd.grow(size, AT_ONCE);
    const { latency50, latency99, messageCpu } = await measure(
      stage,
      pingPong(crowd.clients.slice(0, work.pairs * 2), log),
      work,
    );
    await pause(work.settle);
    const { memory } = server;
    const slope = before && (memory - before.memory) / (size - before.size) / 1000;
    before = { size, memory };
    cases.push({
      name: `idle${CARRIERS[stage.plan.transport]}: ${size} sessions`,
      figures: pruned({ sessionMemory: slope, messageCpu, latency50, latency99 }),
      faults: log.faults,
    });
  }
  return cases;
}

async function measure(
  { plan, crowd, log, server }: Stage,
  traffic: Traffic,
  { warmUp, duration }: { readonly warmUp: number; readonly duration: number },
): Promise<Figures> {
  await crowd.calm();
  traffic.start();
  await server.spends(warmUp);
  await loopDelay(plan.metricsUrl);
  log.restart();
  const watch = new Stopwatch(server);
  await server.spends(duration);
  const lap = watch.lap();
  const { delivered } = log;
  const latency = { latency50: log.latency(0.5), latency99: log.latency(0.99) };
  const loopDelay99 = await loopDelay(plan.metricsUrl);
  await traffic.stop();
  if (delivered === 0) {
    log.fault('no message came');
    return {};
  }
  return pruned({
    messageCpu: (lap.serverCpu * 1000) / delivered,
    messageRate: (delivered * 1000) / lap.elapsed,
    ...latency,
    loopDelay99,
    ...shares(lap),
  });
}

function pruned(figures: { readonly [Name in keyof Figures]: number | undefined }): Figures {
  return Object.fromEntries(Object.entries(figures).filter(([, value]) => value !== undefined));
}
