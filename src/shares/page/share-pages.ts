import { Injectable } from '@nestjs/common';
import type { RequestContext } from '../../common/access/request-context.js';
import { ApiError } from '../../common/refusals/refusal.js';
import { Grants } from '../grants/grants.service.js';
import { pathOfGrant } from '../grants/grant.response.js';
import { SharedFiles } from '../grants/shared-files.js';
import type { Markup } from '../../pages/html.js';
import { sharePage } from './share-page.js';

/** What the form of a page leads to: the download, or the page again. */
export type Outcome =
  { readonly status: 303; readonly location: string } | { readonly status: 401; readonly page: Markup };

const ASKS_AGAIN = new Set(['share_password_required', 'wrong_share_password']);

/** The pages of links. */
@Injectable()
export class SharePages {
  constructor(
    private readonly shared: SharedFiles,
    private readonly grants: Grants,
  ) {}

  /** The page of a link. It counts nothing. @throws `share_not_found`. */
  async show(token: string): Promise<Markup> {
    return sharePage(await this.shared.get(token), false);
  }

  /**
   * Makes a grant, and leads to it. With a wrong password it is the page again.
   * @throws as `Grants.open` does otherwise.
   */
  async open(request: RequestContext, token: string, password: string | undefined): Promise<Outcome> {
    try {
      return { status: 303, location: pathOfGrant(await this.grants.open(request, token, password)) };
    } catch (error) {
      if (!(error instanceof ApiError && ASKS_AGAIN.has(error.code))) throw error;
      return { status: 401, page: sharePage(await this.shared.get(token), password !== undefined) };
    }
  }
}
