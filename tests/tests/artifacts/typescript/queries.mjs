// Prints those of the given queries that their grammar has an error in.

import { parser as logql } from "@grafana/lezer-logql";
import { parser as traceql } from "@grafana/lezer-traceql";

const grammars = { logql, traceql };

function isWrong([language, query]) {
  let wrong = false;
  grammars[language].parse(query).iterate({
    enter: (node) => {
      wrong ||= node.type.isError;
    },
  });
  return wrong;
}

const queries = JSON.parse(process.argv[2]).filter(isWrong);
console.log(JSON.stringify(queries.map(([, query]) => query)));
