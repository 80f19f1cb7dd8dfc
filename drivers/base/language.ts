/** The languages that people read; code and logs are in English. */
export type Language = 'pt-BR' | 'en';

/** A sentence in every language. */
export type Text = Readonly<Record<Language, string>>;
