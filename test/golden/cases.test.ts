import { eachStillFitsAndOpens, readGolden } from '../kit/golden.js';

const golden = readGolden('cases');
eachStillFitsAndOpens(golden);
