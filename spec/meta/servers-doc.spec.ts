import { readFileSync } from 'node:fs';
import { expect } from 'chai';
import { CHECKS, WEBSOCKET_CHECKS } from '../../lib/conformance/checks/index.ts';
import { nameOf, noteOn, staleNotes } from '../../scripts/conform/notes.ts';
import { failuresOf, serversPage } from '../../scripts/conform/servers-page.ts';
import { readStored } from '../../scripts/conform/stored.ts';

const FOLDER = 'docs/reference/conformance';

describe('docs/reference/conformance/servers.md', () => {
  const reports = readStored(`${FOLDER}/servers`);

  it('is what "npm run conform:servers" makes of the stored results', () => {
    expect(readFileSync(`${FOLDER}/servers.md`, 'utf8')).to.equal(serversPage(reports));
  });

  for (const { name, rows } of reports) {
    it(`is about the checks that there are: ${name}`, () => {
      const checks = [...CHECKS, ...WEBSOCKET_CHECKS].map(({ id, title }) => `${id} ${title}`);
      expect(rows.map(nameOf)).to.deep.equal(checks);
    });
  }

  it('explains every failure of MUST or SHOULD, and nothing else', () => {
    const failures = reports.flatMap((report) => failuresOf(report).map((row) => ({ server: report.name, row })));
    const unexplained = failures.filter(({ server, row }) => noteOn(server, row) === undefined);
    expect(unexplained.map(({ server, row }) => `${server}: ${nameOf(row)}`)).to.deep.equal([]);
    const names = failures.map(({ server, row }) => `${server.replace(/ .*/, '')}: ${nameOf(row)}`);
    expect(staleNotes(new Set(names))).to.deep.equal([]);
  });

  it('shows Holdfast without a failure of MUST or SHOULD', () => {
    const { name, counts } = reports[0] ?? expect.fail('there are no results');
    expect(name).to.match(/^Holdfast /);
    expect([counts.must.fail, counts.should.fail]).to.deep.equal([0, 0]);
  });
});
