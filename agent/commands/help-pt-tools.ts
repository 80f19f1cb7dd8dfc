/** As help-pt.ts, of the commands for integrators and for moving an installation. */
export const HELP_PT_TOOLS: Readonly<Record<string, string>> = {
  // simulate, listen
  'a controller that speaks the real wire from its own end':
    'uma controladora que fala o protocolo real, do lado dela',
  'where the controller is: tcp-listen://127.0.0.1:3000 waits for the gateway, tcp://host:port dials it, serial:///dev/ttyUSB0':
    'onde está a controladora: tcp-listen://127.0.0.1:3000 espera o gateway, tcp://host:porta disca para ele, serial:///dev/ttyUSB0',
  'people per second; 0 for as fast as the controller takes them':
    'pessoas por segundo; 0 para tão rápido quanto a controladora aceita',
  'ends after so many': 'encerra depois de tantas',
  'time that a person takes between the steps of a passage': 'tempo que a pessoa leva entre os passos, em ms',
  'always this (default: mixed)': 'sempre este (padrão: variado)',
  'a setting of the simulated controller (see the driver’s README); repeatable':
    'um ajuste da controladora simulada (veja o README do driver); pode repetir',
  'prints one JSON object a passage: {outcome, card, direction, heard}':
    'imprime um objeto JSON por passagem: {outcome, card, direction, heard}',
  'a reference receiver: verifies, tells repeated deliveries, prints each notification':
    'um receptor de referência: confere, aponta entregas repetidas, mostra cada notificação',
  'port to listen on; 0 takes a free one and prints it': 'porta; 0 pega uma livre e a mostra',
  'address to listen on': 'endereço em que escuta',
  'the webhook’s whsec_ secret (default: GIRO_SECRET); without it nothing is verified':
    'o segredo whsec_ do webhook (padrão: GIRO_SECRET); sem ele nada é conferido',
  'status of the answers, to try failures': 'status das respostas, para experimentar falhas',
  'time before each answer, in ms': 'tempo antes de cada resposta, em ms',
  'prints one JSON object a line: {id, repeated, attempt, replay, sha256, format, attributes, body}; body is the data of a CloudEvent, attributes are its own; of format transparente they are the x-giro- headers':
    'imprime um objeto JSON por linha: {id, repeated, attempt, replay, sha256, format, attributes, body}; body são os dados de um CloudEvent, attributes os dele; no formato transparente são os cabeçalhos x-giro-',

  // secret
  'makes, shows and changes the secrets that webhooks are signed with':
    'cria, mostra e troca os segredos com que os webhooks são assinados',
  'prints a new secret; for ed25519 its public key (whpk_) too, for the receiver':
    'mostra um segredo novo; com ed25519 também a chave pública (whpk_), para o destino',
  'a key pair (whsk_) instead of a shared secret (whsec_)':
    'um par de chaves (whsk_) em vez de um segredo compartilhado (whsec_)',
  'prints {secret, publicKey?}': 'imprime {secret, publicKey?}',
  'prints what the receiver verifies with: the shared secret, or the public key of ed25519':
    'mostra com que o destino confere: o segredo compartilhado, ou a chave pública de ed25519',
  'of ed25519 the private key, to move it to another machine':
    'de ed25519 a chave privada, para levá-la a outra máquina',
  'prints {webhook, keys: [{kind, secret?, publicKey?, until?}]}, old keys too':
    'imprime {webhook, keys: [{kind, secret?, publicKey?, until?}]}, também as chaves antigas',
  'id of the webhook': 'id do webhook',
  'puts a new secret in the webhook’s secret file; the old one signs beside it for a while':
    'põe um segredo novo no arquivo do webhook; o antigo ainda assina por um tempo',
  'how long the old secret still signs: 0 to 7d, such as 90min, 24h':
    'por quanto tempo o antigo ainda assina: 0 a 7d, como 90min, 24h',
  'prints {webhook, file, publicKey?, oldUntil?}': 'imprime {webhook, file, publicKey?, oldUntil?}',

  // feed, relay
  'makes the tokens that consumers of the feed ask with':
    'cria os tokens com que os consumidores do feed perguntam',
  'prints a new token for a consumer; the configuration keeps only its hash':
    'mostra um token novo para um consumidor; a configuração guarda só o hash',
  'prints {consumer, token, hash}': 'imprime {consumer, token, hash}',
  'id of the consumer': 'id do consumidor',
  'makes the secret path that the cloud system posts to':
    'cria o caminho secreto para onde o sistema na nuvem envia',
  'prints a new secret path for receive.path': 'mostra um caminho secreto novo para receive.path',

  // backup, moving, forget, panel
  'Ids of events stay, as hashes, so that a turnstile that sends its memory again brings nobody back.':
    'Ids de eventos ficam, como hashes, para que uma catraca que reenvia a memória não traga ninguém de volta.',
  "Queue, places in the devices' memories, key, identity, configuration and secret files go along. Stop the gateway first.":
    'Vão junto fila, posições nas memórias, chave, identidade, configuração e segredos. Pare o gateway antes.',
  'The file holds every event and the key of the hashes: keep it as safe as the machine itself.':
    'O arquivo tem todos os eventos e a chave dos hashes: guarde-o tão bem quanto a própria máquina.',
  'copies journal and identity into one file, also while the gateway runs, and checks it':
    'copia diário e identidade para um arquivo, também com o gateway rodando, e o confere',
  'prints {file, bytes}': 'imprime {file, bytes}',
  'where to; default giro-<date>-<time>.backup in this folder':
    'para onde; padrão giro-<data>-<hora>.backup nesta pasta',
  'puts a backup in the place of the journal; the gateway must be stopped':
    'põe uma cópia no lugar do diário; o gateway precisa estar parado',
  'prints {data, kept?}: the data folder, and the folder in it with what was there':
    'imprime {data, kept?}: a pasta de dados, e a pasta nela com o que havia',
  'a file that giro backup or the gateway made': 'um arquivo feito por giro backup ou pelo gateway',
  'packs the whole installation, encrypted, to move it to another machine; it ends here':
    'empacota a instalação inteira, cifrada, para levá-la a outra máquina; aqui ela termina',
  'file whose first line is the passphrase; without it you are asked':
    'arquivo cuja primeira linha é a frase secreta; sem ele, é perguntada',
  'lets an installation run here again that was exported and never imported':
    'deixa rodar aqui de novo uma instalação exportada e nunca importada',
  'prints {file, bytes, files, variables}; with --undo {undone}':
    'imprime {file, bytes, files, variables}; com --undo {undone}',
  'where to, such as /mnt/usb/giro.age': 'para onde, como /mnt/usb/giro.age',
  'puts an exported installation in place on this machine': 'instala aqui uma instalação exportada',
  'where its configuration goes (default: GIRO_CONFIG, config/giro.yaml)':
    'para onde vai a configuração (padrão: GIRO_CONFIG, config/giro.yaml)',
  'prints {config, data, kept?, files: [{path, kept?}]}':
    'imprime {config, data, kept?, files: [{path, kept?}]}',
  'what giro export wrote': 'o que giro export gravou',
  'removes what the journal holds of one person, through the running gateway':
    'apaga o que o diário guarda de uma pessoa, pelo gateway em execução',
  'the person’s number, as the webhook gets it (idExterno)':
    'o número da pessoa, como o webhook recebe (idExterno)',
  'a card or other credential, as the turnstile reads it': 'um cartão ou outra credencial, como a catraca lê',
  'also events that are not delivered yet; without it they stay until they are':
    'também eventos ainda não entregues; sem isso ficam até a entrega',
  'only says how much there is': 'só diz quanto há',
  'prints {dryRun, events, pending, traces, lines, delivered: {webhook: count}}':
    'imprime {dryRun, events, pending, traces, lines, delivered: {webhook: count}}',
  'the page that shows how things stand: its password': 'a página que mostra a situação: a senha dela',
  'sets the password with which operators act on the page; a running gateway takes it at once':
    'define a senha com que operadores agem na página; o gateway em execução a adota na hora',
  'has the running gateway read its configuration file now, and says what changed or why it was refused (exit code 78)':
    'faz o gateway em execução ler a configuração agora, e diz o que mudou ou por que foi recusada (código de saída 78)',
  'prints {applied, changes} or {applied, mistakes}': 'imprime {applied, changes} ou {applied, mistakes}',
  'how the controller behaves besides (see the driver’s README)':
    'como mais o controlador se comporta (veja o README do driver)',
  'Windows (not verified there yet): installs or removes the service, wrapped by WinSW':
    'Windows (ainda não verificado lá): instala ou remove o serviço, por meio do WinSW',
  'checks the configuration, installs the service and starts it':
    'confere a configuração, instala o serviço e o inicia',
  'configuration file of the service': 'arquivo de configuração do serviço',
  'WinSW 2.12, as downloaded (WinSW-x64.exe)': 'WinSW 2.12, como foi baixado (WinSW-x64.exe)',
  'stops the service and removes it; configuration and data stay':
    'para o serviço e o remove; configuração e dados ficam',
  'takes the password from the standard input, one line': 'lê a senha da entrada padrão, uma linha',
  'prints {changed, data}': 'imprime {changed, data}',
  'prints {path}': 'imprime {path}',
  'prints {shell, script}': 'imprime {shell, script}',
  'prints {service: installed|removed, config}': 'imprime {service: installed|removed, config}',
};
