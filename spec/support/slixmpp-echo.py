"""A client made of slixmpp: logs in over TCP with STARTTLS, sends every message back, and says what happens.

When it resumes, slixmpp 1.8 forgets what it has sent before it reads how much of that has arrived, and then
complains of inconsistent sequence numbers. They are consistent.

Arguments: host, port, address, password, file with the certificate that is trusted.
"""

import sys

from slixmpp import ClientXMPP


class Echo(ClientXMPP):
    def __init__(self, host, port, jid, password, certificate):
        super().__init__(jid, password)
        self.endpoint = (host, int(port))
        self.ca_certs = certificate
        self.register_plugin('xep_0198', {'allow_resume': True})
        self.add_event_handler('session_start', self.started)
        self.add_event_handler('auth_success', lambda _: self.tell(self['feature_mechanisms'].mech.name))
        self.add_event_handler('sm_enabled', lambda _: self.tell('managed'))
        self.add_event_handler('session_resumed', lambda _: self.tell('resumed'))
        self.add_event_handler('failed_auth', lambda _: self.tell('refused'))
        self.add_event_handler('disconnected', lambda _: self.connect(self.endpoint))
        self.add_event_handler('message', self.echo)
        self.connect(self.endpoint)

    def tell(self, word):
        print(word, flush=True)

    async def started(self, _):
        self.send_presence()
        await self.get_roster()
        self.tell('online')

    def echo(self, message):
        if message['type'] in ('chat', 'normal') and message['body']:
            message.reply(message['body']).send()


client = Echo(*sys.argv[1:])
client.process(forever=True)
