import type { Parameter } from '../command-grammar.ts';
import type { Action as ConsoleAction } from '../console.ts';
import type { Shell } from './shell.ts';
import { WORDING } from './wording.ts';

/** What a line says beside its keywords. */
export interface Arguments {
  /** The rest of the line. */
  readonly text: string;
  /** Where in the line that begins. */
  readonly at: number;
  readonly number: number;
  /** How the output is to be shown. */
  readonly display: 'text' | 'set' | 'json';
  /** Which commit the output is to be compared with; null for no comparison. */
  readonly compareWith: number | null;
}

/** The arguments of a line without any. */
export const NOTHING: Arguments = { text: '', at: 0, number: 0, display: 'text', compareWith: null };

/** What one command does. */
export type Action = ConsoleAction<Shell, Arguments>;

/** The rest of the line, whatever it is. */
export const rest: Parameter<Arguments> = (text) => ({ length: text.length, set: { text } });

/** One word. */
export const word: Parameter<Arguments> = (text) => {
  const [taken = ''] = /^\S+/.exec(text) ?? [];
  return { length: taken.length, set: { text: taken } };
};

/** A word that may be the name of an interface: there is a number in it, as in no keyword. */
export const interfaceName: Parameter<Arguments> = (text) =>
  /^\S*\d/.test(text) ? word(text) : { at: 0, message: WORDING.invalid };

/** A number within bounds, both included. */
export function numberBetween(lowest: number, highest: number): Parameter<Arguments> {
  return (text) => {
    const [taken = ''] = /^\S+/.exec(text) ?? [];
    const number = Number(taken);
    const fits = /^\d{1,6}$/.test(taken) && number >= lowest && number <= highest;
    if (fits) return { length: taken.length, set: { number } };
    return { at: 0, message: `error: Value ${taken} is not within range (${lowest}..${highest})` };
  };
}
