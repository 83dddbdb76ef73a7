import argparse
import json

from kexiang_site.doctor import BAD, examine


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--json", action="store_true", help="输出 JSON")


def run(args: argparse.Namespace) -> int:
    """Print the findings; exit status 1 when something is broken or dangerous."""
    found = examine()
    if args.json:
        print(json.dumps([[f.level, f.subject, f.what] for f in found], ensure_ascii=False))
    else:
        for finding in found:
            print(f"{finding.level}  {finding.subject}:{finding.what}")
    return 1 if any(finding.level == BAD for finding in found) else 0
