/** A deliberate fault of our server, and the checks of the kit that have to notice it. */
export interface Fault {
  /** What is wrong, in a few words. */
  readonly name: string;
  readonly file: string;
  /** Must be in the file, once. */
  readonly from: string;
  readonly to: string;
  /** Ids of requirements: for each, at least one check fails. */
  readonly caughtBy: readonly string[];
  /** Part of every run of the specs; the others are for `npm run faults`. */
  readonly isTypical?: boolean;
}

function faultsIn(
  file: string,
  faults: readonly (readonly [name: string, from: string, to: string, caughtBy: string, isTypical?: 'typical'])[],
): Fault[] {
  return faults.map(([name, from, to, caughtBy, typical]) => ({
    name,
    file,
    from,
    to,
    caughtBy: caughtBy.split(' '),
    isTypical: typical !== undefined,
  }));
}

/** Each is one change of the text of one file, made in a copy. */
export const FAULTS: readonly Fault[] = [
  ...faultsIn('bosh/negotiation.ts', [
    ['ver is always our own', 'format(lower(ver, OUR_VERSION))', 'format(OUR_VERSION)', 'B-7.2-07', 'typical'],
    ['minor versions are compared as text', 'a.minor < b.minor', 'String(a.minor) < String(b.minor)', 'B-7.2-07'],
    [
      'wait is more than was asked',
      'Math.min(request.wait ?? DEFAULT_WAIT, policy.maxWait)',
      'policy.maxWait',
      'B-7.2-04',
    ],
    ['hold is always 1', 'Math.min(requestedHold, policy.maxHold)', '1', 'B-7.2-10', 'typical'],
    ['requests is always 2', 'Math.max(hold + 1, Math.min(requestedHold + 1, MAX_REQUESTS))', '2', 'B-7.2-05'],
    [
      'polling sessions have no time',
      'isPolling ? policy.pollingInactivity : policy.inactivity',
      'policy.inactivity',
      'B-12-03',
    ],
    [
      'old clients are not recognised',
      "request.ver === undefined && syntax === 'pure'",
      'false',
      'B-17.1-04 B-17.1-06',
    ],
    ['content is ignored', 'request.content ?? contentTypeOf(syntax)', 'contentTypeOf(syntax)', 'B-7.1-13', 'typical'],
    ['the Content-Type has no charset', "'text/xml; charset=utf-8'", "'text/xml'", 'B-7.1-14'],
  ]),
  ...faultsIn('bosh/creation.ts', [
    ['restarts are not announced', "    'xmpp:restartlogic': 'true',\n", '', 'X-4-02'],
    ['ack at creation is one too high', 'terms.acksRequests ? rid : undefined', 'rid + 1', 'B-7.2-14'],
    ['from is missing', '    from: header.from,\n    secure', '    secure', 'B-7.2-06 B-7.2-11'],
    ['authid is the sid', 'undefined,\n    authid: header.id', 'undefined,\n    authid: facts.sid', 'X-4-05'],
    ['several streams are not announced', 'terms.maxStreams > 1 ? facts.stream : undefined', 'undefined', 'B-16.2-01'],
    ['secure is always told', "facts.secure ? 'true' : undefined", "'true'", 'B-7.1-17'],
    ['maxpause is no integer', 'terms.maxPause > 0 ? terms.maxPause : undefined', '`${terms.maxPause}.5`', 'B-7.2-15'],
  ]),
  ...faultsIn('bosh/body.ts', [
    ['text in the wrapper is taken', "faults.push('text in the wrapper')", 'continue', 'B-6-05'],
    ['rids are not exact', 'rid <= MAX_RID ? rid : undefined', 'rid', 'B-14.1-02'],
    ['what follows the digits of a rid is ignored', '[0-9]{0,15}) *$/', '[0-9]{0,15})/', 'B-6-08', 'typical'],
    ['1 is no boolean', "word === 'true' || word === '1'", "word === 'true'", 'X-4-04'],
    ['the namespace of the wrapper is not looked at', ' || root.getNS() !== NS_HTTPBIND', '', 'B-6-01'],
    ['a wrapper with a prefix is none', "element.name.slice(element.name.indexOf(':') + 1)", 'element.name', 'B-6-01'],
    [
      'only the prefix xmpp restarts',
      "attributeNS(root, NS_XBOSH, 'restart')",
      "root.attrs['xmpp:restart']",
      'X-5-04',
      'typical',
    ],
    ['the prefix stream is not declared', "payload.startsWith('<stream:')", 'false', 'X-2-02'],
    ['pause is not read', "read('pause', (value) => readUnsigned(value, MAX_WAIT))", 'undefined', 'B-10-08'],
    ['acknowledgements are not read', "read('ack', (value) => readUnsigned(value, MAX_RID))", 'undefined', 'B-9.2-06'],
    [
      'a recoverable error is an empty body',
      "writeBody({ type: 'error' })",
      'writeBody({})',
      'B-14.3-05 B-17.3-01',
      'typical',
    ],
  ]),
  ...faultsIn('bosh/request-window.ts', [
    [
      'the window is one too wide',
      'this.#last + this.#size + extra',
      'this.#last + this.#size + 1 + extra',
      'B-14.2-04',
      'typical',
    ],
    [
      'the window is one too narrow',
      'this.#last + this.#size + extra',
      'this.#last + this.#size - 1 + extra',
      'B-14.2-03',
    ],
    ['early requests are forgotten', 'return this.takeEarly(this.#last + 1)', 'return undefined', 'B-8-02 B-14.2-01'],
  ]),
  ...faultsIn('bosh/response-buffer.ts', [
    [
      'no response is kept',
      'this.#pause?.rid === rid ? this.#pause : this.#responses.get(rid)',
      'undefined',
      'B-14.3-02',
      'typical',
    ],
    [
      'one response too few is kept',
      'keptResponses : unacknowledged',
      'keptResponses : unacknowledged - 1',
      'B-14.3-03',
    ],
    [
      'responses are not kept for acknowledgement',
      'this.#acknowledged ? keptResponses : unacknowledged',
      'unacknowledged',
      'B-9.2-06',
    ],
    ['any ack acknowledges everything', 'if (response.rid > rid) break;', '', 'B-9.2-06'],
  ]),
  ...faultsIn('bosh/activity.ts', [
    [
      'the limit is not restored after a pause',
      '  request(): void {\n    this.#limit = this.#terms.inactivity;',
      '  request(): void {',
      'B-10-12',
    ],
    ['a pause allows no more silence', 'if (length > 0) this.#limit = length;', '', 'B-10-09'],
    ['a silent session lives for ever', 'this.#idleSince === undefined ||', 'true ||', 'B-10-02'],
    ['a silent session ends too early', '+ INACTIVITY_GRACE', '- seconds(2)', 'B-10-02'],
    [
      'polls may come at any pace',
      'if (isPolling) return previousWasEmpty',
      'if (isPolling) return false',
      'B-12-04',
      'typical',
    ],
    [
      'polls must be further apart than was told',
      'POLLING_TOLERANCE: Duration = 250',
      'POLLING_TOLERANCE: Duration = -1500',
      'B-12-04',
    ],
    ['payloads count as haste', '!isEmpty || previousAt', 'previousAt', 'B-11-05'],
    ['haste is forgiven', 'this.#strict || this.#isHabit(now)', 'this.#isHabit(now)', 'B-11-05'],
  ]),
  ...faultsIn('bosh/conditions.ts', [
    ['old clients get no 400', "'bad-request': 400", "'bad-request': 200", 'B-17.1-04'],
    ['old clients get no 403', "'policy-violation': 403", "'policy-violation': 200", 'B-17.1-05'],
    ['old clients get no 404', "'item-not-found': 404", "'item-not-found': 200", 'B-17.1-06'],
    [
      'every client gets HTTP errors',
      'legacy && condition !== undefined',
      'condition !== undefined',
      'B-17.1-01',
      'typical',
    ],
  ]),
  ...faultsIn('bosh/keys.ts', [
    ['the case of a key counts', 'next?.toLowerCase()', 'next', 'B-15.3-03'],
    [
      'a missing key is forgiven',
      'key === undefined || sha1(key)',
      'key !== undefined && sha1(key)',
      'B-15.4-04',
      'typical',
    ],
    [
      'a new sequence is not taken over',
      'newKey ?? (this.#expected === undefined ? undefined : key)',
      'this.#expected === undefined ? newKey : key',
      'B-15.5-02',
    ],
    ['keys of copies are not looked at', "key === undefined && newKey === undefined ? ''", "true ? ''", 'B-15.4-04'],
  ]),
  ...faultsIn('bosh/request-ids.ts', [
    ['copies are not counted', 'original.copies > this.#policy.limits.copies', 'false', 'B-14.3-06'],
    ['early requests are never given back', 'Math.min(wait, this.#policy.limits.gap)', 'wait * 100', 'B-17.3-01'],
    [
      'an old rid gets no answer',
      'if (!response) return this.#doubt(exchange, turn)',
      "if (!response) return 'done'",
      'B-14.3-07',
    ],
    [
      'a rid outside the window is a violation of policy',
      "OUT_OF_WINDOW: Refusal = { condition: 'item-not-found'",
      "OUT_OF_WINDOW: Refusal = { condition: 'policy-violation'",
      'B-14.2-04 B-14.3-07',
    ],
    [
      'a replay is rendered anew',
      "turn.respond(exchange, response.body, 'replay')",
      "turn.respond(exchange, response.body.replace('<body', '<body time=\"1\"'), 'replay')",
      'B-14.3-02',
      'typical',
    ],
  ]),
  ...faultsIn('bosh/session.ts', [
    [
      'payloads of a terminate request are dropped',
      '    turn.forward(body);\n    this.#answers.farewell(turn);',
      '    this.#answers.farewell(turn);',
      'B-13-02',
      'typical',
    ],
    ['hold is not kept to', 'this.held - heldAtMost(this.terms)', '0', 'B-8-06 B-4-01'],
    [
      'requests are held too long',
      'deadline: now + waitOf(this.terms)',
      'deadline: now + waitOf(this.terms) * 3',
      'B-8-05',
    ],
    [
      'requests are held too short',
      'deadline: now + waitOf(this.terms)',
      'deadline: now + waitOf(this.terms) / 4',
      'B-7.1-06',
    ],
    ['any pause is allowed', 'length > this.terms.maxPause || ', '', 'B-10-07'],
    [
      'a stream is not added',
      'else if (this.#streams.isAddedBy(body)) this.#add(request, body, turn);',
      '',
      'B-16.3-03',
    ],
  ]),
  ...faultsIn('bosh/answers.ts', [
    [
      'payloads go on the highest rid',
      'const request = this.#window.firstLive();',
      'const request = this.#window.open.findLast((open) => open.live);',
      'B-8-07',
    ],
    [
      'ack names the request that is answered',
      'this.#terms.acksRequests && this.#window.last !== rid ?',
      'this.#terms.acksRequests ?',
      'B-9.1-04',
    ],
    [
      'ack is one too low',
      '? this.#window.last : undefined',
      '? this.#window.last - 1 : undefined',
      'B-9.1-01 B-9.1-03',
      'typical',
    ],
    [
      'ack comes at creation only',
      'this.#terms.acksRequests && this.#window.last !== rid',
      'false',
      'B-9.1-01 B-9.1-03',
    ],
    ['report is one too high', 'this.#report = { rid, at', 'this.#report = { rid: rid + 1, at', 'B-9.2-05'],
    [
      'time is in seconds',
      'Math.min(now - report.at, MAX_REPORT_TIME)',
      'Math.round((now - report.at) / 1000)',
      'B-9.2-05',
    ],
    [
      'the answer to a pause has payload',
      'const body = this.#wrap(request.rid, NOTHING, turn.now);',
      'const body = this.#wrap(request.rid, this.#outbox.take(10000), turn.now);',
      'B-10-10',
      'typical',
    ],
    ['the end of a session is not told', '    this.#last(undefined, [], NOTHING, turn);\n', '', 'B-13-04'],
    [
      'all open requests get the condition',
      "this.dismiss('other-request', turn);\n    turn.dismiss",
      'this.dismiss(condition, turn);\n    turn.dismiss',
      'B-17.2-06',
    ],
    [
      'requests that are held at the end get no answer',
      "this.dismiss('other-request', turn);\n    turn.dismiss",
      'turn.dismiss',
      'B-8-03 B-17.2-06',
    ],
    ['streams are not named', 'stream !== undefined && this.#streams.areNamed', 'false', 'B-16.4-01 B-16.3-03'],
  ]),
  ...faultsIn('bosh/outbox.ts', [
    ['a wrapper mixes streams', 'last?.stream === stream && !last.isComplete', 'last && !last.isComplete', 'B-16.4-01'],
  ]),
  ...faultsIn('bosh/streams.ts', [
    [
      'a stream name is not looked at',
      "return this.#closed.has(stream) ? 'closed' : 'unknown'",
      "return 'open'",
      'B-16.4-04',
    ],
    [
      'closing one stream closes all',
      'terminate && this.#open.size > 1 ? stream : undefined',
      'undefined',
      'B-16.5-02',
    ],
  ]),
  ...faultsIn('bosh/connection-manager.ts', [
    ['sids are short', 'SID_BITS = 128', 'SID_BITS = 24', 'B-7.2-01'],
    [
      'an unknown domain is badly addressed',
      "status === 'gone' ? 'host-gone' : 'host-unknown'",
      "'improper-addressing'",
      'B-7.1-03',
      'typical',
    ],
    ['stream names can be guessed', 'STREAM_NAME_BITS = 64', 'STREAM_NAME_BITS = 16', 'B-16.2-03'],
  ]),
  ...faultsIn('http/http-exchange.ts', [
    ['other origins may not read answers', '...COMMON, ...this.#cors', '...COMMON', 'H-01'],
    ['answers are chunked', "headers.push('Content-Length', String(Buffer.byteLength(body)));", '', 'B-5-07 B-5-01'],
    ['browsers may guess', "'no-store', 'X-Content-Type-Options', 'nosniff'", "'no-store'", 'H-11'],
  ]),
  ...faultsIn('http/routes/http-bind.ts', [
    ['a slash at the end matters', '[each, `${each}/`]', '[each]', 'H-07'],
    ['script syntax is refused with a page', 'status: 404', 'status: 200', 'J-2.1-01'],
  ]),
  ...faultsIn('http/charset.ts', [
    [
      'bytes that are no UTF-8 are replaced',
      "return isUtf8(bytes) ? bytes.toString('utf8') : undefined",
      "return bytes.toString('utf8')",
      'B-6-02',
    ],
  ]),
];
