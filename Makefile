# make demo   read the sample lines with the embedded model (torch-free install in .venv)
# make test   install everything (.venv-test) and run scripts/check
# make help   this text
# Both may be repeated: what is already installed is kept until pyproject.toml or the pinned versions change.

PYTHON ?= python3
DEMO_VENV := .venv
TEST_VENV := .venv-test
DEMO_IN := docs/samples/lines
DEMO_OUT := demo_output

.PHONY: demo test help clean
help:
	@sed -n 's/^# //p' Makefile

demo: $(DEMO_VENV)/installed
	@echo "Reading $(DEMO_IN) with the embedded English model:"
	@$(DEMO_VENV)/bin/effocr read --lines $(DEMO_IN) --draw $(DEMO_OUT)
	@echo "The same lines with the glyph boxes drawn: $(DEMO_OUT)/"

test: $(TEST_VENV)/installed
	@PATH="$(CURDIR)/$(TEST_VENV)/bin:$$PATH" scripts/check

$(DEMO_VENV)/installed: requirements.txt pyproject.toml
	@scripts/make_venv $(PYTHON) $(DEMO_VENV) requirements.txt

$(TEST_VENV)/installed: requirements.txt requirements-dev.txt requirements-schemas.txt pyproject.toml
	@scripts/make_venv $(PYTHON) $(TEST_VENV) requirements-dev.txt

clean:
	rm -rf $(DEMO_VENV) $(TEST_VENV) $(DEMO_OUT)
