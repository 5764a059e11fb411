import { Injectable } from '@nestjs/common';
import type { RequestContext } from '../../common/access/request-context.js';
import { ApiError } from '../../common/refusals/refusal.js';
import { Grants } from '../grants/grants.service.js';
import { GrantedContents } from '../grants/granted-contents.js';
import { SharedFiles } from '../grants/shared-files.js';
import type { Markup } from '../../pages/html.js';
import { grantTokenOf, newShareToken } from '../links/share-token.js';
import type { PressedPage } from './pressed-page.input.js';
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
    private readonly granted: GrantedContents,
  ) {}

  /** The page of a link. It counts nothing. @throws `share_not_found`. */
  async show(token: string): Promise<Markup> {
    return sharePage(await this.shared.get(token), false);
  }

  /**
   * Makes a grant, and leads to it. With a wrong password it is the page again. The same page, pressed again, leads to the same
   * grant: a second press, or an answer that was lost, costs no download.
   * @throws as `Grants.open` does otherwise.
   */
  async open(request: RequestContext, token: string, { password, opening }: PressedPage): Promise<Outcome> {
    const grant = opening === undefined ? newShareToken() : grantTokenOf(token, opening);
    const there: Outcome = { status: 303, location: `/s/grants/${grant}` };
    try {
      await this.grants.open(request, token, password, grant);
      return there;
    } catch (error) {
      if (!(error instanceof ApiError)) throw error;
      if (ASKS_AGAIN.has(error.code))
        return { status: 401, page: sharePage(await this.shared.get(token), password !== undefined) };
      // The first press was the last download of the link.
      if (error.code === 'share_not_found' && (await this.granted.find(grant)) !== null) return there;
      throw error;
    }
  }
}
