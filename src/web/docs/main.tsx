/** What a page of the documentation does beside being read: it is searched, and wide parts scroll. */
import { render } from 'preact';
import { drawLegibly } from '../legible.ts';
import { DocsSearch } from './search.tsx';
import '../style/ground.css';
import '../style/docs.css';

/** A part that scrolls can be reached by the keyboard; one that does not is not a stop on the way. */
function reachWideParts(): void {
  for (const part of document.querySelectorAll<HTMLElement>('main pre, main .wide')) {
    if (part.scrollWidth > part.clientWidth) part.tabIndex = 0;
    else part.removeAttribute('tabindex');
  }
}

/** Beside the text the topics are open; above it, on a phone, they are opened. */
function openTopics(): void {
  const isWide = matchMedia('(min-width: 800px)');
  const set = () =>
    document.querySelector('.topics details')?.toggleAttribute('open', isWide.matches);
  isWide.addEventListener('change', set);
  set();
}

/** Scrolls the topics, and not the text beside them, to the page that is read. */
function showCurrentTopic(): void {
  const topics = document.querySelector<HTMLElement>('.topics');
  const current = topics?.querySelector<HTMLElement>('[aria-current]');
  if (topics && current) topics.scrollTop = current.offsetTop - topics.clientHeight / 2;
}

drawLegibly();
const place = document.getElementById('search');
if (place !== null) render(<DocsSearch address={place.dataset.index ?? ''} />, place);
reachWideParts();
addEventListener('resize', reachWideParts);
openTopics();
showCurrentTopic();
