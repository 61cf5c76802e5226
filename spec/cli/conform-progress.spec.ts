import { stripVTControlCharacters } from 'node:util';
import { expect } from 'chai';
import { ConformProgress } from '../../lib/cli/conform-progress.ts';
import { CATALOGUE } from '../../lib/conformance/catalogue.ts';
import type { Verdict } from '../../lib/conformance/check.ts';

const [requirement = expect.fail('there are no requirements')] = CATALOGUE;

function of(title: string, verdict: Verdict): Parameters<ConformProgress['show']>[0] {
  return { requirement, title, verdict };
}

describe('the progress of the kit', () => {
  let lines: string[];
  const output = (isTTY: boolean) => ({
    isTTY,
    write: (text: string) => void lines.push(stripVTControlCharacters(text)),
  });

  beforeEach(() => {
    lines = [];
  });

  it('is one line that is written over, with what has failed so far', () => {
    const progress = new ConformProgress(output(true));
    progress.show(of('a', 'pass'), 1, 2);
    progress.show(of('b', 'fail'), 2, 2);
    progress.clear();
    expect(lines).to.deep.equal([
      `\r1 of 2 checks  ${requirement.id}`,
      `\r2 of 2 checks, 1 failed  ${requirement.id}`,
      '\r',
    ]);
  });

  it('takes back a failure when the second attempt passes', () => {
    const progress = new ConformProgress(output(true));
    progress.show(of('a', 'fail'), 1, 1);
    progress.show(of('a', 'pass'), 1, 1);
    expect(lines.at(-1)).to.not.contain('failed');
  });

  it('is not written into files', () => {
    const progress = new ConformProgress(output(false));
    progress.show(of('a', 'pass'), 1, 1);
    progress.clear();
    expect(lines).to.deep.equal([]);
  });
});
