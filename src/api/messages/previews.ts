import { Field } from 'type-graphql';
import { Shape } from '../kit/shape.js';

@Shape({
  description:
    'What the page says of itself that the first link of a text leads to. Show the host of `url`: anybody can write the rest.',
})
export class LinkPreview {
  @Field(() => String, { description: 'As it is in the text.' })
  readonly url!: string;

  @Field(() => String, { description: 'Up to 200 characters.' })
  readonly title!: string;

  @Field(() => String, { nullable: true, description: 'Up to 400 characters.' })
  readonly description!: string | null;

  @Field(() => String, { nullable: true, description: 'Up to 100 characters.' })
  readonly siteName!: string | null;
}

/** @param preview JSON, as it is sealed. */
export function previewValue(preview: string): LinkPreview {
  const { url, title, description, siteName } = JSON.parse(preview) as Pick<LinkPreview, 'url' | 'title'> &
    Partial<LinkPreview>;
  return { url, title, description: description ?? null, siteName: siteName ?? null };
}
