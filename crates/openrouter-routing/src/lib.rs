//! OpenRouter's provider routing: checked preferences, model slugs, and an offline planner that explains itself.
