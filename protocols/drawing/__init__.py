"""A protocol drawn: BPMN 2.0 with its layout, and SVG."""
