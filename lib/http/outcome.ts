import type { ServerResponse } from 'node:http';
import type { Http2ServerResponse } from 'node:http2';

/**
 * Whether all of an answer was written, once its response has closed. Over HTTP/2 a response counts as
 * finished also when the client has reset its stream.
 */
export function wasWritten(response: ServerResponse): boolean {
  if (!response.writableEnded || !response.writableFinished) return false;
  return !isHttp2(response) || (!response.stream.aborted && !response.stream.rstCode);
}

/** What the HTTP server gives is of the same shape for both versions, and is written as the older type. */
function isHttp2(response: ServerResponse | Http2ServerResponse): response is Http2ServerResponse {
  return response.req.httpVersionMajor === 2;
}
