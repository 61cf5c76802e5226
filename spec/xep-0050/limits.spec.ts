import { expect } from 'chai';
import { CommandSessions } from '../../lib/modules/commands/sessions.ts';
import { jid } from '../core/world.ts';
import { SeededRandom } from '../support/seeded-random.ts';
import { VirtualClock } from '../support/virtual-clock.ts';

describe('XEP-0050 §3.3 limits of sessions', () => {
  const form = { title: 'Form', questions: [] };
  const asking = { form, next: () => ({}) };
  const errand = (
    account: number,
  ): { asker: ReturnType<typeof jid>; responder: ReturnType<typeof jid>; node: string } => ({
    asker: jid(`user-${account}@capulet.example/home`),
    responder: jid('capulet.example'),
    node: 'config',
  });
  let sessions: CommandSessions;

  beforeEach(() => {
    sessions = new CommandSessions({ clock: new VirtualClock(), random: new SeededRandom(1) });
  });

  it('a thousand commands are under way at a time', () => {
    const [first] = Array.from({ length: 1000 }, (_, account) => sessions.open(errand(account), asking));
    expect(() => sessions.open(errand(1000), asking))
      .to.throw()
      .with.property('condition', 'resource-constraint');
    if (first) sessions.end(first);
    expect(sessions.open(errand(1000), asking).id).not.to.equal(first?.id);
  });

  it('of ten thousand that are over it is known that they were', () => {
    const first = sessions.passing();
    const second = sessions.passing();
    for (let count = 2; count < 10_000; count += 1) sessions.passing();
    expect(() => sessions.find(first, errand(0)))
      .to.throw()
      .with.property('condition', 'not-allowed');
    sessions.passing();
    expect(() => sessions.find(first, errand(0)))
      .to.throw()
      .with.property('condition', 'bad-request');
    expect(() => sessions.find(second, errand(0)))
      .to.throw()
      .with.property('condition', 'not-allowed');
  });
});
