import { expect } from 'chai';
import { Turns, type Worker } from '../../lib/base/turns.ts';
import { VirtualClock } from '../support/virtual-clock.ts';

interface Named extends Worker {
  readonly name: string;
  deadline: number | undefined;
}

function worker(name: string, address = '192.0.2.1', deadline?: number): Named {
  return { name, info: { address }, deadline };
}

/** Notes who was at work. */
class World {
  readonly clock = new VirtualClock();
  readonly done: string[] = [];
  onWork: (worker: Named) => void = () => undefined;
  readonly turns = new Turns<Named>(this.clock, (at) => {
    this.done.push(`${at.name} ${this.clock.now()}`);
    this.onWork(at);
  });
}

describe('Turns', () => {
  it('has the work done once at the end of a turn, however often somebody changed', () => {
    const { clock, turns, done } = new World();
    const [a, b] = [worker('a'), worker('b')];
    turns.add(a);
    turns.add(b);
    turns.changed(a);
    expect(done).to.deep.equal([]);
    clock.endTurn();
    expect(done).to.deep.equal(['a 0', 'b 0']);
  });

  it('and at the deadline of each, with one timer', () => {
    const world = new World();
    world.turns.add(worker('a', '192.0.2.1', 300));
    world.turns.add(worker('b', '192.0.2.1', 200));
    world.turns.add(worker('c', '192.0.2.1', 100));
    world.clock.endTurn();
    world.done.length = 0;
    world.onWork = (at) => (at.deadline = undefined);
    expect(world.clock.pending).to.equal(1);
    world.clock.advance(1000);
    expect(world.done).to.deep.equal(['c 100', 'b 200', 'a 300']);
  });

  it('counts who is there, and where they come from', () => {
    const { turns } = new World();
    const a = worker('a');
    turns.add(a);
    turns.add(worker('b'));
    turns.add(worker('c', '198.51.100.1'));
    turns.ended(a);
    turns.ended(a);
    expect([turns.size, turns.from('192.0.2.1'), turns.from('198.51.100.1'), turns.from('::1')]).to.deep.equal([
      2, 1, 1, 0,
    ]);
    expect(Array.from(turns, ({ name }) => name)).to.deep.equal(['b', 'c']);
  });

  it('a fault in the work of one does not keep the others waiting for ever', () => {
    const world = new World();
    world.onWork = ({ name }) => {
      if (name === 'bad') throw new Error('a fault');
    };
    world.turns.add(worker('bad'));
    const good = worker('good');
    world.turns.add(good);
    expect(() => world.clock.endTurn()).to.throw('a fault');
    world.turns.changed(good);
    world.clock.endTurn();
    expect(world.done).to.deep.equal(['bad 0', 'good 0']);
  });

  it('has nothing more done by itself when it has been stopped', () => {
    const { clock, turns, done } = new World();
    turns.add(worker('a', '192.0.2.1', 100));
    clock.endTurn();
    turns.stop();
    clock.advance(1000);
    expect([done, clock.pending]).to.deep.equal([['a 0'], 0]);
  });
});
