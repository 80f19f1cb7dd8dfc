/** Portuguese of what `--help` says: each line or description by its English. What is missing is said in English. */
export const HELP_PT: Readonly<Record<string, string>> = {
  'Usage:': 'Uso:',
  'Arguments:': 'Argumentos:',
  'Options:': 'Opções:',
  'Commands:': 'Comandos:',
  'Example:': 'Exemplo:',
  'Examples:': 'Exemplos:',
  'display help for command': 'mostra a ajuda do comando',
  'output the version number': 'mostra a versão',
  'Turnstile gateway: hears every access, keeps it, delivers it to your webhook':
    'Gateway de catracas: ouve cada acesso, guarda e entrega ao seu webhook',
  'configuration file (default: GIRO_CONFIG, config/giro.yaml, /etc/giro/giro.yaml; in a checkout the demo)':
    'arquivo de configuração (padrão: GIRO_CONFIG, config/giro.yaml, /etc/giro/giro.yaml; no código-fonte, a demonstração)',

  // init
  'writes a configuration file and a secret, by asking or from options; never over a file without a yes':
    'grava a configuração e um segredo, perguntando ou pelas opções; nunca por cima de um arquivo sem um sim',
  'file to write (default: the one in use, else config/giro.yaml or /etc/giro/giro.yaml)':
    'arquivo a gravar (padrão: o que está em uso, senão config/giro.yaml ou /etc/giro/giro.yaml)',
  'language of messages': 'idioma das mensagens',
  'name of this installation': 'nome desta instalação',
  'short name of the unit': 'nome curto da unidade',
  'name of the unit': 'nome da unidade',
  'number of the company in the management system': 'número da empresa no sistema de gestão',
  'IANA time zone of the unit, such as America/Sao_Paulo':
    'fuso horário IANA da unidade, como America/Sao_Paulo',
  'short name of the turnstile': 'nome curto da catraca',
  'what it speaks': 'o que ela fala',
  'how it is reached: tcp://HOST:PORT, tcp-listen://0.0.0.0:PORT, serial:///dev/ttyUSB0':
    'como se chega a ela: tcp://HOST:PORTA, tcp-listen://0.0.0.0:PORTA, serial:///dev/ttyUSB0',
  'of the driver lines: how a line reads': 'do driver lines: como é uma linha',
  'short name of the webhook': 'nome curto do webhook',
  'where events are posted': 'para onde os eventos são enviados',
  'permissions that the URL needs': 'permissões de que a URL precisa',
  'does not ask before it replaces a file; the difference is still shown':
    'não pergunta antes de substituir um arquivo; a diferença é mostrada mesmo assim',
  'prints {config, secretFile?, replaced}': 'imprime {config, secretFile?, replaced}',
  'On a terminal it asks for what no option says; elsewhere --driver and --connect must be given.':
    'Em um terminal, pergunta o que nenhuma opção diz; fora dele, informe --driver e --connect.',

  // run, check, discover, ports
  'runs the gateway until it is stopped (Ctrl-C or SIGTERM)':
    'roda o gateway até ser parado (Ctrl-C ou SIGTERM)',
  'one JSON object a line also on a terminal: the log, and what the demo prints':
    'um objeto JSON por linha também em um terminal: o log e o que a demonstração mostra',
  'validates the configuration; names file, line and column of every mistake (exit code 78)':
    'confere a configuração; aponta arquivo, linha e coluna de cada erro (código de saída 78)',
  'also tries every turnstile and webhook, and compares clocks':
    'também testa cada catraca e cada webhook, e compara relógios',
  'prints {valid, path, data, units, turnstiles, webhooks, warnings, live?: {ok, failures, warnings, findings}}; of a wrong file {valid, mistakes}':
    'imprime {valid, path, data, units, turnstiles, webhooks, warnings, live?: {ok, failures, warnings, findings}}; de um arquivo errado {valid, mistakes}',
  'Exit codes: 0 no mistake, and with --live nothing fails; 1 something fails; 78 the configuration has mistakes.':
    'Códigos de saída: 0 sem erros, e com --live nada falha; 1 algo falha; 78 a configuração tem erros.',
  '--live delivers nothing; while the gateway runs it is asked, and no device is connected to.':
    '--live não entrega nada; com o gateway rodando, pergunta a ele e não conecta a nenhum equipamento.',
  'finds controllers on the local networks, and prints blocks for giro.yaml':
    'procura controladoras nas redes locais e mostra blocos para o giro.yaml',
  'asks this address (HOST or HOST:PORT) instead of everybody; repeatable':
    'pergunta a este endereço (HOST ou HOST:PORTA) em vez de a todos; pode repetir',
  'also connects to the usual ports of every address, of the local networks or of one such as 192.168.0.0/24 (/22 at most). A controller that serves one program may cut the one that is connected: not while people pass':
    'também conecta às portas usuais de cada endereço, das redes locais ou de uma como 192.168.0.0/24 (/22 no máximo). Uma controladora que atende um programa por vez pode derrubar o que está conectado: não use enquanto passam pessoas',
  'prints a JSON array: driver, connect, answered, model, deviceId, serial, firmware, session, options':
    'imprime uma lista JSON: driver, connect, answered, model, deviceId, serial, firmware, session, options',
  'serial ports: the name that stays the same, the maker of the adapter, who has it open; with paths only those':
    'portas seriais: o nome que não muda, o fabricante do adaptador, quem a mantém aberta; com caminhos, só essas',
  'prints {ports: [path, stablePath, vendor, usbId, connect, holders], unseen}':
    'imprime {ports: [path, stablePath, vendor, usbId, connect, holders], unseen}',

  // status, events, deliveries
  'what is wrong and what to do about it, each turnstile (online since, last access) and each webhook (state, queue, oldest, last answer)':
    'o que está errado e o que fazer, cada catraca (ligada desde, último acesso) e cada webhook (situação, fila, mais antigo, última resposta)',
  'prints the same as JSON': 'imprime o mesmo em JSON',
  'what happened: the accepted events, oldest first, with where each was delivered':
    'o que aconteceu: os eventos aceitos, do mais antigo ao mais novo, e onde cada um foi entregue',
  'from this moment: 2026-11-24, 2026-11-24T18:00:00-03:00, 90min, 24h, 7d':
    'desde este momento: 2026-11-24, 2026-11-24T18:00:00-03:00, 90min, 24h, 7d',
  'before this moment, in the same forms': 'antes deste momento, nas mesmas formas',
  'of one unit': 'de uma unidade',
  'of one turnstile': 'de uma catraca',
  'of one webhook': 'de um webhook',
  'of one person, by the number that the webhook gets as idExterno':
    'de uma pessoa, pelo número que o webhook recebe em idExterno',
  'one event': 'um evento',
  'the latest so many': 'os últimos tantos',
  'prints one JSON object a line': 'imprime um objeto JSON por linha',
  'where each event stands at each webhook; --id shows every attempt, with its cause':
    'a situação de cada evento em cada webhook; --id mostra cada tentativa, com a causa',
  'one event, for each webhook that gets it': 'um evento, em cada webhook que o recebe',
  'delivered, parked or discarded (or, pending: recorded) from this moment on: 2026-11-24, 2026-11-24T18:00:00-03:00, 90min, 24h, 7d':
    'entregues, separados ou descartados (ou, na fila: registrados) desde este momento: 2026-11-24, 2026-11-24T18:00:00-03:00, 90min, 24h, 7d',
  'sequencia, such as 120 or 100-250 (with --webhook)': 'sequencia, como 120 ou 100-250 (com --webhook)',
  'in one state': 'em uma situação',
  'prints one JSON object a line; with --id also its attempts':
    'imprime um objeto JSON por linha; com --id também as tentativas',
  'the events that a webhook refused and that were set aside, with its last answer':
    'os eventos que um webhook recusou e que foram separados, com a última resposta',

  // resend, discard, pause, resume, test
  'sends events again, with the same id and body, marked with the header x-giro-replay: 1':
    'envia eventos de novo, com o mesmo id e corpo, marcados com o cabeçalho x-giro-replay: 1',
  'all that were parked from this moment on': 'todos os separados desde este momento',
  'all that were delivered or parked from this moment on':
    'todos os entregues ou separados desde este momento',
  'only says how many there are': 'só diz quantos são',
  'does not ask': 'não pergunta',
  'prints the outcome as JSON: {action, dryRun, total, webhooks}':
    'imprime o resultado em JSON: {action, dryRun, total, webhooks}',
  'Without --state: parked ones; with --id or --sequence delivered and discarded ones too.':
    'Sem --state: os separados; com --id ou --sequence também os entregues e descartados.',
  'gives up events that are pending or parked: they are not sent (resend brings them back)':
    'desiste de eventos na fila ou separados: não são enviados (resend os traz de volta)',
  'sends nothing to a webhook until it is resumed, also after a restart; everything queues':
    'não envia nada a um webhook até ser retomado, também depois de reiniciar; tudo fica na fila',
  'ends a pause, or takes up a webhook that answered 410 (gone) again':
    'encerra uma pausa, ou retoma um webhook que respondeu 410 (gone)',
  'also ends the wait after a failure: the next try is at once':
    'também encerra a espera após uma falha: a próxima tentativa é na hora',
  'sends a signed testeWebhook through the real queue and says what came of it (exit code 1: no 2xx)':
    'envia um testeWebhook assinado pela fila real e diz no que deu (código de saída 1: sem 2xx)',
  'only says how many events wait': 'só diz quantos eventos estão na fila',
  'prints {action, dryRun, webhook, pending}': 'imprime {action, dryRun, webhook, pending}',
  'gives up after so many seconds': 'desiste depois de tantos segundos',
  'prints {action, dryRun, webhook, pending, id?, sequence?, delivered?, attempt?}':
    'imprime {action, dryRun, webhook, pending, id?, sequence?, delivered?, attempt?}',
  'Send them again with giro resend --failed-since 7d.': 'Envie de novo com giro resend --failed-since 7d.',

  // watch, replay
  'live frames of a turnstile and what is read from them, while someone turns the arm':
    'os bytes de uma catraca, ao vivo, e o que se lê neles, enquanto alguém gira o braço',
  'keeps the frames in a .girocap file for giro replay; it holds credentials, so its mode is 0600':
    'guarda os bytes em um arquivo .girocap para giro replay; contém credenciais, por isso o modo 0600',
  'asks for one turn as if entering, and says whether swapDirection is right (exit code 1: it is not)':
    'pede um giro como quem entra e diz se swapDirection está certo (código de saída 1: não está)',
  'ends after so many seconds': 'encerra depois de tantos segundos',
  'prints one JSON object a line: {kind: link|bytes|reading, atMs, ...}, bytes in base64; calibration: {turnstile, device, configured, needed?}':
    'imprime um objeto JSON por linha: {kind: link|bytes|reading, atMs, ...}, bytes em base64; calibração: {turnstile, device, configured, needed?}',
  "<- from the turnstile, -> from Giro, >> from the gym's software (tap), == what was read.":
    '<- da catraca, -> do Giro, >> do sistema da academia (tap), == o que foi lido.',
  'A running gateway goes on as before. Without one, watch connects by itself: nothing is stored or confirmed.':
    'O gateway em execução segue como antes. Sem ele, conecta direto: nada é gravado nem confirmado.',
  'watch or test, by what the id names: a turnstile (catraca) or a webhook':
    'watch ou test, conforme o id: de uma catraca ou de um webhook',
  'prints what watch or test prints as JSON': 'imprime o que watch ou test imprime em JSON',
  'feeds a recording of giro watch --record to its driver and prints what is read; no device is needed':
    'entrega ao driver uma gravação de giro watch --record e mostra o que se lê; sem equipamento',
  'with the options of the turnstile in the configuration, not those of the recording':
    'com as opções da catraca na configuração, não as da gravação',
  'prints the frames between the readings as well': 'mostra também os bytes entre as leituras',
  'prints one JSON object a line: {kind, atMs, ...}, bytes in base64':
    'imprime um objeto JSON por linha: {kind, atMs, ...}, bytes em base64',

  // doctor, diagnose, version, completion
  'examines this installation: runtime, permissions, disk, clock, ports, names, proxy, TLS, devices, journal':
    'examina esta instalação: programa, permissões, disco, relógio, portas, nomes, proxy, TLS, catracas, diário',
  'prints {ok, failures, warnings, findings: [{check, state, subject?, cause, action?}]}':
    'imprime {ok, failures, warnings, findings: [{check, state, subject?, cause, action?}]}',
  'Exit codes: 0 nothing fails (warnings may be there), 1 something fails, 78 the configuration has mistakes.':
    'Códigos de saída: 0 nada falha (pode haver avisos), 1 algo falha, 78 a configuração tem erros.',
  'It delivers nothing, and connects to no device while the gateway runs.':
    'Não entrega nada e não conecta a nenhum equipamento enquanto o gateway roda.',
  'makes one zip for support: versions, configuration without secrets, last log, queues, result of doctor':
    'faz um zip para o suporte: versões, configuração sem segredos, último log, filas, resultado do doutor',
  'the zip (default: giro-diagnostico-DATE.zip here); none is written over':
    'o zip (padrão: giro-diagnostico-DATA.zip aqui); nenhum é sobrescrito',
  'prints {file, entries, failures, warnings}': 'imprime {file, entries, failures, warnings}',
  'In it is no secret, no credential, no person, and of URLs only scheme, host and port. Look into it before you send it.':
    'Nele não há segredo, credencial nem pessoa, e das URLs só esquema, host e porta. Olhe antes de enviar.',
  'prints the version, and what support needs to know of this installation':
    'mostra a versão e o que o suporte precisa saber desta instalação',
  'prints {giro, schema, node, sqlite, openssl, timeZones, platform, arch}':
    'imprime {giro, schema, node, sqlite, openssl, timeZones, platform, arch}',
  'prints what makes the shell complete commands, options and their values':
    'imprime o que faz o shell completar comandos, opções e valores',
  'whose script': 'de qual shell',
};
