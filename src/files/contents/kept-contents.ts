import { Injectable } from '@nestjs/common';
import { InjectRepository } from '@nestjs/typeorm';
import { LessThan, Repository } from 'typeorm';
import { type Content, currentContent, earlierContent } from './content.js';
import { FileVersion } from './file-version.entity.js';
import { StoredFile } from './stored-file.entity.js';

/** Finds the contents that files have. The caller has found the file. */
@Injectable()
export class KeptContents {
  constructor(
    @InjectRepository(StoredFile) private readonly files: Repository<StoredFile>,
    @InjectRepository(FileVersion) private readonly versions: Repository<FileVersion>,
  ) {}

  /** A content of a file by its number, the current one too. Null when it is not kept. */
  async find(file: StoredFile, version: number): Promise<Content | null> {
    if (version === file.version) return currentContent(file);
    const earlier = await this.versions.findOneBy({ fileId: file.id, version });
    return earlier && earlierContent(file, earlier);
  }

  /** The first `limit` contents of a file below `before`, newest first. All of them when it is null. */
  async list(file: StoredFile, before: number | null, limit: number): Promise<Content[]> {
    const current = before === null || before > file.version ? [currentContent(file)] : [];
    const earlier = await this.versions.find({
      // A replacement that came after `file` was read has made a version of its content.
      where: { fileId: file.id, version: LessThan(Math.min(before ?? file.version, file.version)) },
      order: { version: 'DESC' },
      take: limit - current.length,
    });
    return [...current, ...earlier.map((version) => earlierContent(file, version))];
  }

  /** True while a row names the bytes of a content. Rows go before bytes. */
  async names({ fileId, blobKey }: Content): Promise<boolean> {
    return (
      (await this.files.existsBy({ id: fileId, blobKey })) ||
      (await this.versions.existsBy({ fileId, blobKey }))
    );
  }
}
