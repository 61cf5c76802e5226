import { readFileSync } from 'node:fs';
import { expect } from 'chai';
import { REPORT } from '../../lib/compare/report.ts';
import { auditOf } from '../../lib/compare/render/parts.ts';
import { TRANSPORT_KEYS } from '../../lib/compare/transports.ts';
import { WORKLOADS } from '../../lib/compare/workloads/index.ts';
import { HTTP2_FILE, PAGE, REPORT_FILE, withRun } from '../../scripts/transports/page.ts';

describe('docs/explanation/transports.md', () => {
  const page = readFileSync(PAGE, 'utf8');

  it('says what the kept run says (npm run docs:transports)', () => {
    expect(withRun(page)).to.equal(page);
  });

  it('is about a run of everything that counts', () => {
    const report = REPORT.parse(JSON.parse(readFileSync(REPORT_FILE, 'utf8')));
    const http2 = REPORT.parse(JSON.parse(readFileSync(HTTP2_FILE, 'utf8')));
    expect([...auditOf(report).voids, ...auditOf(http2).voids]).to.deep.equal([]);
    const cells = report.cells.map(({ workload, transport }) => `${workload} ${transport}`);
    expect(cells).to.have.members(WORKLOADS.flatMap(({ id }) => TRANSPORT_KEYS.map((key) => `${id} ${key}`)));
  });

  it('explains every transport with its bytes, and shows every workload', () => {
    for (const key of TRANSPORT_KEYS) expect(page, key).to.contain(`<!-- run: cost ${key} -->`);
    for (const { id } of WORKLOADS) expect(page, id).to.contain(`<!-- run: table ${id} `);
  });
});
