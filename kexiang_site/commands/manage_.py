import argparse

from django.core.management import execute_from_command_line


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("arguments", nargs=argparse.REMAINDER)


def run(args: argparse.Namespace) -> None:
    """A management command of Django or of an app, e.g. ``kexiang manage makemigrations``."""
    execute_from_command_line(["kexiang manage", *args.arguments])
