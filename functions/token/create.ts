import { randomUUID } from 'node:crypto';
import { z } from 'zod';
import { insertToken, lockTokensOf } from '../../db/queries/api-tokens.ts';
import { findProject } from '../../db/queries/projects.ts';
import { mayActFor } from '../http/caller.ts';
import { projectLabel, timestamp, tokenId, tokenLabel } from '../http/labels.ts';
import { writing } from '../http/operation.ts';
import { hashToken, makeToken } from '../http/sign-in/api-tokens.ts';

/** The most tokens that a user has at a time, and how long one lasts at most if it ends at all, in seconds: ten years. */
const MOST_TOKENS = 100;
const LONGEST = 315_360_000;

const readOnly = z.boolean().meta({ description: 'Whether nothing can be changed with the token', examples: [false] });

/**
 * Makes a token with which the caller's scripts sign in, and shows it, this once. Only for whoever signed in with a password: a token
 * that was stolen must not make another, which would outlive it. What has expired of the caller's tokens is forgotten.
 */
export const createToken = writing({
  id: 'token_create',
  summary: 'Create an API token, which is shown this once',
  method: 'POST',
  path: '/auth/token',
  access: 'user',
  params: z.strictObject({}),
  body: z.strictObject({
    name: tokenLabel,
    expires_in: z
      .int()
      .min(1, 'must be 1 second or more')
      .max(LONGEST, `must be ${LONGEST} seconds (ten years) or less`)
      .optional()
      .meta({
        description: 'Seconds from now after which the token is good for nothing; without it the token does not expire',
        examples: [7_776_000],
      }),
    project: projectLabel.optional().meta({
      description: 'Name of the only project that the token acts for; without it: whatever its user may do',
      examples: ['blue'],
    }),
    read_only: readOnly.optional().meta({ description: 'Whether nothing can be changed with the token', examples: [false] }),
  }),
  result: z.strictObject({
    id: tokenId,
    token: z.string().meta({
      description: 'The token, to be sent as `Authorization: Bearer`; it cannot be shown again',
      examples: ['haas_Zr8Jk0vB1uTn6yQ3sXw5pLd2mEc9gHf4aKoRiVbNtUs'],
    }),
    name: tokenLabel,
    project: projectLabel.nullable(),
    read_only: readOnly,
    created_at: timestamp,
    expires_at: timestamp.nullable(),
  }),
  refusals: {
    password_required: ['AuthorizationError', 'the caller did not sign in with the password of a user'],
    unknown_user: ['NotFoundError', 'the user was deleted meanwhile'],
    unknown_project: ['NotFoundError', 'no project has this name'],
    not_your_project: ['AuthorizationError', 'the caller does not act for the project'],
    duplicate_token: ['DuplicateError', 'the user has a token of this name already'],
    too_many_tokens: ['BlockedError', `the user has ${MOST_TOKENS} tokens already`],
  },

  async write({ tx, caller, refuse }, { body }) {
    const { id: userId, label: user } = caller;
    if (!caller.hasPassword || userId === null) {
      throw refuse('password_required', 'sign in with your user name and password to make a token');
    }
    const { isUser, labels } = await lockTokensOf(tx, userId);
    if (!isUser) throw refuse('unknown_user', `there is no user ${user} any more`);
    const project = body.project === undefined ? null : await findProject(tx, body.project);
    if (project === undefined) throw refuse('unknown_project', `there is no project ${body.project}`);
    if (project && !mayActFor(caller, project.id)) {
      throw refuse('not_your_project', `you do not act for project ${project.label}`);
    }
    if (labels.includes(body.name)) {
      throw refuse('duplicate_token', `you have a token ${body.name} already: choose another name, or delete that one`);
    }
    if (labels.length >= MOST_TOKENS) {
      throw refuse('too_many_tokens', `you have ${labels.length} tokens: delete one that you do not need`);
    }

    const token = makeToken();
    const id = randomUUID();
    const read_only = body.read_only ?? false;
    const { createdAt, expiresAt } = await insertToken(tx, {
      id,
      userId,
      projectId: project?.id ?? null,
      label: body.name,
      hash: hashToken(token),
      readOnly: read_only,
      expiresIn: body.expires_in ?? null,
    });
    return {
      id,
      token,
      name: body.name,
      project: project?.label ?? null,
      read_only,
      created_at: createdAt,
      expires_at: expiresAt,
    };
  },
});
