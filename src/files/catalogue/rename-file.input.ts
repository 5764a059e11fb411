import { ApiProperty } from '@nestjs/swagger';
import { IsString, MaxLength } from 'class-validator';

export class RenameFileInput {
  @ApiProperty({
    maxLength: 1024,
    description:
      'Kept in NFC, without any path part and control characters. What is left has at most 255 bytes of UTF-8 ' +
      'and no bidirectional controls, else `invalid_file_name`.',
    example: 'minutes.pdf',
  })
  @IsString()
  @MaxLength(1024)
  readonly name: string;
}
