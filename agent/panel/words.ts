import type { Language } from '../../drivers/base/language.ts';
import { spanText } from '../base/span-text.ts';

/** What the gateway says on the page; the page's own words are in page/words.js. */
export interface PanelWords {
  readonly online: string;
  readonly connecting: string;
  readonly offlineCause: string;
  readonly left: string;
  readonly leftAction: string;
  readonly inactive: string;
  readonly gone: string;
  readonly goneCause: string;
  readonly goneAction: string;
  readonly paused: string;
  readonly pausedAction: string;
  readonly parkedCause: string;
  readonly parkedAction: string;
  readonly delivering: string;
  readonly noInternetAction: string;
  readonly waitForReceiver: string;
  readonly callReceiver: string;
  readonly noTurnstiles: string;
  readonly noWebhooks: string;
  readonly refused: string;
  readonly refusedAction: string;
  offline(span: string): string;
  parked(count: number): string;
  sending(count: number): string;
  failing(span: string, kept: number): string;
  noInternet(span: string, kept: number): string;
  queue(count: number): string;
  allWell(turnstiles: number, queue: string): string;
  others(count: number): string;
  otherMistakes(count: number): string;
  ofTurnstile(name: string, text: string): string;
  ofWebhook(webhook: string, text: string): string;
  /** A length of time, in ms. */
  span(spanMs: number): string;
}

export const WORDS: Readonly<Record<Language, PanelWords>> = {
  en: {
    online: 'Connected',
    connecting: 'Connecting',
    offlineCause: 'No connection to the device',
    left: 'No longer in the configuration; what waited is kept',
    leftAction: 'Discard what waits, or put the webhook back into the configuration',
    inactive: 'Switched off: nothing is sent to it or kept for it',
    gone: 'The receiver answered that this address is closed (410)',
    goneCause: 'Nothing more is sent to it; everything is kept',
    goneAction: 'Ask whoever runs the receiver for the new address, then press Resume',
    paused: 'Paused by an operator: everything is kept',
    pausedAction: 'Press Resume to send again',
    parkedCause: 'The receiver refused the content of these, and the others went on',
    parkedAction: 'Tell whoever runs the receiver; once it is corrected, press Resend',
    delivering: 'Everything delivered',
    noInternetAction: 'Check the modem and the network cable of this computer. The turnstiles go on working',
    waitForReceiver: 'Nothing to do here: it is tried again by itself, and nothing is lost',
    callReceiver: 'Call whoever takes care of this integration. Nothing is lost',
    noTurnstiles: 'No turnstile is configured yet',
    noWebhooks: 'accesses are kept here and sent to nobody',
    refused: 'The configuration was saved with a mistake; the one of before stays in force',
    refusedAction: 'Correct the file and save it: it is read again by itself',
    offline: (span) => `Without connection for ${span}`,
    parked: (count) => `${counted(count, 'access', 'accesses')} set aside`,
    sending: (count) => `${count} in the queue, going out now`,
    failing: (span, kept) => `Not delivering for ${span}: ${counted(kept, 'access', 'accesses')} kept`,
    noInternet: (span, kept) =>
      `No internet for ${span}: ${counted(kept, 'access', 'accesses')} kept, nothing lost`,
    queue: (count) => (count === 0 ? 'nothing in the queue' : `${count} in the queue, going out now`),
    allWell: (turnstiles, queue) =>
      `All well: ${counted(turnstiles, 'turnstile', 'turnstiles')} connected, ${queue}`,
    others: (count) => `(and ${counted(count, 'other notice', 'other notices')})`,
    otherMistakes: (count) => `(and ${counted(count, 'other mistake', 'other mistakes')})`,
    ofTurnstile: (name, text) => `${name}: ${lowered(text)}`,
    ofWebhook: (webhook, text) => `${webhook}: ${lowered(text)}`,
    span: (spanMs) => shortSpan(spanMs, 'en'),
  },
  'pt-BR': {
    online: 'Ligada',
    connecting: 'Conectando',
    offlineCause: 'Sem conexão com o equipamento',
    left: 'Fora da configuração; o que esperava está guardado',
    leftAction: 'Descarte o que espera ou coloque o webhook de volta na configuração',
    inactive: 'Desligado: nada é enviado nem guardado para ele',
    gone: 'O destino respondeu que este endereço foi encerrado (410)',
    goneCause: 'Nada mais é enviado a ele; tudo fica guardado',
    goneAction: 'Peça o novo endereço a quem cuida do destino e depois clique em Retomar',
    paused: 'Pausado por um operador: tudo fica guardado',
    pausedAction: 'Clique em Retomar para voltar a enviar',
    parkedCause: 'O destino recusou o conteúdo destes, e os demais seguiram',
    parkedAction: 'Avise quem cuida do destino; depois de corrigido, clique em Reenviar',
    delivering: 'Tudo entregue',
    noInternetAction:
      'Verifique o modem e o cabo de rede deste computador. As catracas continuam funcionando',
    waitForReceiver: 'Não é preciso fazer nada: o Giro tenta de novo sozinho, e nada se perde',
    callReceiver: 'Chame quem cuida desta integração. Nada se perde',
    noTurnstiles: 'Nenhuma catraca configurada ainda',
    noWebhooks: 'os acessos ficam guardados aqui e não vão a ninguém',
    refused: 'A configuração foi salva com erro; continua valendo a anterior',
    refusedAction: 'Corrija o arquivo e salve: ele é lido de novo sozinho',
    offline: (span) => `Sem conexão há ${span}`,
    parked: (count) => counted(count, 'acesso separado', 'acessos separados'),
    sending: (count) => `${count} na fila, saindo agora`,
    failing: (span, kept) =>
      `Sem entregar há ${span}: ${counted(kept, 'acesso guardado', 'acessos guardados')}`,
    noInternet: (span, kept) =>
      `Sem internet há ${span}: ${counted(kept, 'acesso guardado', 'acessos guardados')}, nada perdido`,
    queue: (count) => (count === 0 ? 'nada na fila' : `${count} na fila, saindo agora`),
    allWell: (turnstiles, queue) =>
      `Tudo certo: ${counted(turnstiles, 'catraca ligada', 'catracas ligadas')}, ${queue}`,
    others: (count) => `(e mais ${counted(count, 'aviso', 'avisos')})`,
    otherMistakes: (count) => `(e mais ${counted(count, 'erro', 'erros')})`,
    ofTurnstile: (name, text) => `${name}: ${lowered(text)}`,
    ofWebhook: (webhook, text) => `${webhook}: ${lowered(text)}`,
    span: (spanMs) => shortSpan(spanMs, 'pt-BR'),
  },
};

/** From a minute on nobody counts the seconds, from an hour on two units say enough. */
function shortSpan(spanMs: number, language: Language): string {
  return spanText(spanMs >= 60_000 ? spanMs - (spanMs % 60_000) : spanMs, language);
}

function counted(count: number, one: string, many: string): string {
  return `${count} ${count === 1 ? one : many}`;
}

/** In the middle of a sentence. */
function lowered(text: string): string {
  return text.charAt(0).toLowerCase() + text.slice(1);
}
