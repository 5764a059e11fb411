import { Controller, Get, Param, Post, Req, Res, UseFilters } from '@nestjs/common';
import { ApiExcludeController } from '@nestjs/swagger';
import type { Request, Response } from 'express';
import { Public } from '../../common/access/public.js';
import { CurrentRequest, type RequestContext } from '../../common/access/request-context.js';
import { FormBody } from '../../common/input/form-body.js';
import { AppConfig } from '../../config/app-config.js';
import { downloadSources } from '../../files/downloads/download-sources.js';
import { sendDownload } from '../../files/downloads/send-download.js';
import { GrantedDownloads } from '../grants/granted-downloads.js';
import { sendPage } from '../../pages/page.js';
import { PressedPage } from './pressed-page.input.js';
import { RefusalPageFilter } from './refusal-page.filter.js';
import { type Outcome, SharePages } from './share-pages.js';

/** Pages for people, with refusals for people. The API document is for programs and does not have them. */
@ApiExcludeController()
@Controller('s')
@UseFilters(RefusalPageFilter)
export class SharePageController {
  readonly #formTargets: readonly string[];

  constructor(
    private readonly pages: SharePages,
    private readonly downloads: GrantedDownloads,
    config: AppConfig,
  ) {
    this.#formTargets = downloadSources(config);
  }

  @Get(':token')
  @Public()
  async show(@Param('token') token: string, @Res() response: Response): Promise<void> {
    sendPage(response, 200, await this.pages.show(token), { formTargets: this.#formTargets });
  }

  @Post(':token')
  @Public()
  async open(
    @CurrentRequest() request: RequestContext,
    @Param('token') token: string,
    @FormBody() input: PressedPage,
    @Res() response: Response,
  ): Promise<void> {
    this.#send(response, await this.pages.open(request, token, input));
  }

  /** The download that a press on a page leads to. What goes wrong is told to people too. */
  @Get('grants/:grant')
  @Public()
  async download(
    @CurrentRequest() context: RequestContext,
    @Param('grant') grant: string,
    @Req() request: Request,
    @Res() response: Response,
  ): Promise<void> {
    await sendDownload(response, await this.downloads.open(context, grant, request));
  }

  #send(response: Response, outcome: Outcome): void {
    if (outcome.status === 401) sendPage(response, 401, outcome.page, { formTargets: this.#formTargets });
    else response.status(303).set({ Location: outcome.location, 'Cache-Control': 'no-store' }).end();
  }
}
