import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'chai';
import { report } from '../../scripts/bench/report.ts';
import { RESULTS } from '../../scripts/bench/results.ts';

const FOLDER = 'docs/explanation/performance';
const page = readFileSync(`${FOLDER}.md`, 'utf8');

describe('docs/explanation/performance.md', () => {
  it('has results', () => {
    expect(readdirSync(FOLDER)).to.not.be.empty;
  });

  for (const file of readdirSync(FOLDER)) {
    const results = RESULTS.parse(JSON.parse(readFileSync(join(FOLDER, file), 'utf8')));

    it(`shows what is in ${file}, and links it`, () => {
      expect(page).to.contain(`\`\`\`text\n${report(results).trimEnd()}\n\`\`\``);
      expect(page).to.contain(`](performance/${file})`);
    });

    it(`has ${file} from a commit, with nothing changed, and nothing void`, () => {
      expect(results.commit).to.match(/^[0-9a-f]{12}$/);
      expect(file).to.equal(`${results.at.slice(0, 10)}-${results.commit}.json`);
      expect(results.measurements.flatMap(({ faults }) => faults)).to.deep.equal([]);
    });
  }
});
