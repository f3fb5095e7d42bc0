/** The icons used, from `lucide-static` (ISC). One line per icon, so that nothing else is bundled. */
import angle from 'lucide-static/icons/triangle-right.svg?raw';
import arrowLeft from 'lucide-static/icons/arrow-left.svg?raw';
import bold from 'lucide-static/icons/bold.svg?raw';
import box from 'lucide-static/icons/square-dashed.svg?raw';
import calendar from 'lucide-static/icons/calendar.svg?raw';
import calendarClock from 'lucide-static/icons/calendar-clock.svg?raw';
import close from 'lucide-static/icons/x.svg?raw';
import check from 'lucide-static/icons/check.svg?raw';
import checkCheck from 'lucide-static/icons/check-check.svg?raw';
import chevronDown from 'lucide-static/icons/chevron-down.svg?raw';
import chevronRight from 'lucide-static/icons/chevron-right.svg?raw';
import chevronUp from 'lucide-static/icons/chevron-up.svg?raw';
import circleAlert from 'lucide-static/icons/circle-alert.svg?raw';
import circleCheck from 'lucide-static/icons/circle-check.svg?raw';
import circleDashed from 'lucide-static/icons/circle-dashed.svg?raw';
import circleHelp from 'lucide-static/icons/circle-question-mark.svg?raw';
import clock from 'lucide-static/icons/clock.svg?raw';
import clockAlert from 'lucide-static/icons/clock-alert.svg?raw';
import columns from 'lucide-static/icons/columns-2.svg?raw';
import contrast from 'lucide-static/icons/contrast.svg?raw';
import copy from 'lucide-static/icons/copy.svg?raw';
import eye from 'lucide-static/icons/eye.svg?raw';
import eyeOff from 'lucide-static/icons/eye-off.svg?raw';
import fileClock from 'lucide-static/icons/file-clock.svg?raw';
import fileLock from 'lucide-static/icons/file-lock.svg?raw';
import fileX from 'lucide-static/icons/file-x.svg?raw';
import download from 'lucide-static/icons/hard-drive-download.svg?raw';
import highlighter from 'lucide-static/icons/highlighter.svg?raw';
import hourglass from 'lucide-static/icons/hourglass.svg?raw';
import idCard from 'lucide-static/icons/id-card.svg?raw';
import italic from 'lucide-static/icons/italic.svg?raw';
import key from 'lucide-static/icons/key-round.svg?raw';
import link from 'lucide-static/icons/link-2.svg?raw';
import list from 'lucide-static/icons/list.svg?raw';
import listOrdered from 'lucide-static/icons/list-ordered.svg?raw';
import lock from 'lucide-static/icons/lock.svg?raw';
import logOut from 'lucide-static/icons/log-out.svg?raw';
import monitor from 'lucide-static/icons/monitor.svg?raw';
import monitorUp from 'lucide-static/icons/monitor-up.svg?raw';
import flip from 'lucide-static/icons/flip-horizontal.svg?raw';
import move from 'lucide-static/icons/move.svg?raw';
import octagonX from 'lucide-static/icons/octagon-x.svg?raw';
import play from 'lucide-static/icons/play.svg?raw';
import pause from 'lucide-static/icons/pause.svg?raw';
import ruler from 'lucide-static/icons/ruler.svg?raw';
import minus from 'lucide-static/icons/minus.svg?raw';
import filter from 'lucide-static/icons/list-filter.svg?raw';
import loupe from 'lucide-static/icons/zoom-in.svg?raw';
import map from 'lucide-static/icons/layout-grid.svg?raw';
import fitWidth from 'lucide-static/icons/move-horizontal.svg?raw';
import more from 'lucide-static/icons/ellipsis.svg?raw';
import note from 'lucide-static/icons/sticky-note.svg?raw';
import pageSingle from 'lucide-static/icons/rectangle-vertical.svg?raw';
import panelLeft from 'lucide-static/icons/panel-left.svg?raw';
import pen from 'lucide-static/icons/pen-line.svg?raw';
import plus from 'lucide-static/icons/plus.svg?raw';
import quote from 'lucide-static/icons/quote.svg?raw';
import redo from 'lucide-static/icons/redo-2.svg?raw';
import rotate from 'lucide-static/icons/rotate-cw.svg?raw';
import search from 'lucide-static/icons/search.svg?raw';
import send from 'lucide-static/icons/send.svg?raw';
import shieldCheck from 'lucide-static/icons/shield-check.svg?raw';
import signature from 'lucide-static/icons/signature.svg?raw';
import star from 'lucide-static/icons/star.svg?raw';
import triangleAlert from 'lucide-static/icons/triangle-alert.svg?raw';
import undo from 'lucide-static/icons/undo-2.svg?raw';
import upload from 'lucide-static/icons/upload.svg?raw';
import users from 'lucide-static/icons/users.svg?raw';
import wifi from 'lucide-static/icons/wifi.svg?raw';
import wifiOff from 'lucide-static/icons/wifi-off.svg?raw';

export const icons = {
  angle, arrowLeft, bold, box, calendar, calendarClock, check, checkCheck, chevronDown, chevronRight, chevronUp, circleAlert, circleCheck,
  circleDashed, circleHelp, flip, move, octagonX, pause, play, ruler, clock, clockAlert, close, columns, contrast, copy, eye, eyeOff, fileClock, fileLock, fileX, download, highlighter, hourglass, idCard, italic, key, link, list,
  listOrdered, lock, logOut, loupe, minus, monitor, monitorUp, map, more, note, filter, fitWidth, pageSingle, panelLeft, pen, plus, quote, redo, rotate, search, send, shieldCheck, signature, star,
  triangleAlert, undo, upload, users, wifi, wifiOff,
};

export type IconName = keyof typeof icons;
